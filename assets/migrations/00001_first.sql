-- One text for SQLite and PostgreSQL. Columns exist for what is searched, counted or kept unique;
-- everything else of a thing is in its doc, a JSON text, so that a new fact needs no migration.
-- Times are Unix milliseconds. Keys of what grows are ordered by time. What a webhook changes is
-- in no index over random values: those have narrow tables of their own, written once.

-- +goose Up

-- What the installation knows of itself; one row.
CREATE TABLE settings (
    id           BIGINT PRIMARY KEY CHECK (id = 1),
    installation TEXT   NOT NULL,
    epoch        TEXT   NOT NULL,
    mode         TEXT   NOT NULL,
    created      BIGINT NOT NULL
);

-- The counter row of a register, or of the office: the lock of every change. The row "claims" is
-- no stream: whoever claims errands holds it, so that claimants queue instead of all wanting the
-- same few rows.
CREATE TABLE stream (
    id      TEXT   PRIMARY KEY,
    version BIGINT NOT NULL,
    seq     BIGINT NOT NULL,
    head    TEXT   NOT NULL,
    number  BIGINT NOT NULL
);
INSERT INTO stream (id, version, seq, head, number) VALUES ('office', 0, 0, '', 0), ('claims', 0, 0, '', 0);

-- The journal; triggers refuse UPDATE and DELETE.
CREATE TABLE event (
    stream  TEXT   NOT NULL,
    seq     BIGINT NOT NULL,
    kind    TEXT   NOT NULL,
    subject TEXT   NOT NULL,
    state   TEXT   NOT NULL,
    amount  BIGINT NOT NULL,
    actor   TEXT   NOT NULL,
    at      BIGINT NOT NULL,
    data    TEXT   NOT NULL,
    prev    TEXT   NOT NULL,
    hash    TEXT   NOT NULL,
    PRIMARY KEY (stream, seq)
);

CREATE TABLE sale (
    id         TEXT    PRIMARY KEY,
    register   TEXT    NOT NULL,
    number     TEXT    NOT NULL,
    is_current BOOLEAN NOT NULL,
    watched    BOOLEAN NOT NULL,
    ended      BIGINT,
    doc        TEXT    NOT NULL
);
CREATE UNIQUE INDEX sale_current ON sale (register) WHERE is_current;
CREATE UNIQUE INDEX sale_number ON sale (register, number);
CREATE INDEX sale_newest ON sale (register, id);
CREATE INDEX sale_watched ON sale (id) WHERE watched;
CREATE INDEX sale_ended ON sale (ended) WHERE ended IS NOT NULL;

-- Sums per day, kept by the transaction that changes the sale.
CREATE TABLE takings (
    stall    TEXT   NOT NULL,
    register TEXT   NOT NULL,
    day      BIGINT NOT NULL,
    state    TEXT   NOT NULL,
    sales    BIGINT NOT NULL,
    cents    BIGINT NOT NULL,
    PRIMARY KEY (stall, day, register, state)
);

-- The same command of the same device is the same sale.
CREATE TABLE command (
    device TEXT NOT NULL,
    key    TEXT NOT NULL,
    sale   TEXT NOT NULL REFERENCES sale (id),
    PRIMARY KEY (device, key)
);

CREATE TABLE receipt (
    secret TEXT PRIMARY KEY,
    sale   TEXT NOT NULL REFERENCES sale (id)
);

CREATE TABLE link (
    id      TEXT   PRIMARY KEY,
    sale    TEXT   NOT NULL REFERENCES sale (id),
    n       BIGINT NOT NULL,
    ref     TEXT   NOT NULL UNIQUE,
    account TEXT   NOT NULL,
    pay_id  BIGINT
);
CREATE UNIQUE INDEX link_pay_id ON link (account, pay_id) WHERE pay_id IS NOT NULL;

-- Rows of the gateway's pay-in list. A link is paid once: a second payment has another kind.
CREATE TABLE payin (
    account   TEXT    NOT NULL,
    row_key   TEXT    NOT NULL,
    pay_id    BIGINT,
    sale      TEXT    NOT NULL REFERENCES sale (id),
    link      TEXT    NOT NULL REFERENCES link (id),
    kind      TEXT    NOT NULL,
    cents     BIGINT  NOT NULL,
    seen      BIGINT  NOT NULL,
    withdrawn BOOLEAN NOT NULL,
    PRIMARY KEY (account, row_key)
);
CREATE UNIQUE INDEX payin_once ON payin (account, pay_id) WHERE kind = 'payment';

CREATE TABLE live_token (
    hash  TEXT   PRIMARY KEY,
    sale  TEXT   NOT NULL,
    link  BIGINT NOT NULL,
    until BIGINT NOT NULL
);

CREATE TABLE inbox (
    link         TEXT   NOT NULL,
    sum          TEXT   NOT NULL,
    sale         TEXT   NOT NULL,
    content_type TEXT   NOT NULL,
    raw          BYTEA  NOT NULL,
    at           BIGINT NOT NULL,
    copies       BIGINT NOT NULL,
    PRIMARY KEY (link, sum)
);

CREATE TABLE errand (
    sale     TEXT   NOT NULL,
    link     BIGINT NOT NULL,
    kind     TEXT   NOT NULL,
    register TEXT   NOT NULL,
    due      BIGINT NOT NULL,
    tries    BIGINT NOT NULL,
    lease    BIGINT NOT NULL,
    fence    BIGINT NOT NULL,
    PRIMARY KEY (sale, link, kind)
);
CREATE INDEX errand_due ON errand (due);

CREATE TABLE stall (
    id  TEXT PRIMARY KEY,
    doc TEXT NOT NULL
);

CREATE TABLE register (
    id    TEXT PRIMARY KEY,
    stall TEXT NOT NULL,
    doc   TEXT NOT NULL
);
CREATE INDEX register_stall ON register (stall, id);

CREATE TABLE device (
    id          TEXT PRIMARY KEY,
    register    TEXT NOT NULL,
    secret_hash TEXT NOT NULL UNIQUE,
    doc         TEXT NOT NULL
);
CREATE INDEX device_register ON device (register, id);

CREATE TABLE staff (
    id    TEXT PRIMARY KEY,
    stall TEXT NOT NULL,
    doc   TEXT NOT NULL
);
CREATE INDEX staff_stall ON staff (stall, id);

CREATE TABLE shift (
    id       TEXT    PRIMARY KEY,
    register TEXT    NOT NULL,
    is_open  BOOLEAN NOT NULL,
    doc      TEXT    NOT NULL
);
CREATE UNIQUE INDEX shift_open ON shift (register) WHERE is_open;

CREATE TABLE cart (
    register TEXT PRIMARY KEY,
    doc      TEXT NOT NULL
);

CREATE TABLE ticket (
    hash    TEXT   PRIMARY KEY,
    expires BIGINT NOT NULL,
    doc     TEXT   NOT NULL
);

CREATE TABLE pairing (
    secret_hash TEXT   PRIMARY KEY,
    code        TEXT   NOT NULL UNIQUE,
    expires     BIGINT NOT NULL,
    doc         TEXT   NOT NULL
);

CREATE TABLE tries (
    device TEXT PRIMARY KEY,
    doc    TEXT NOT NULL
);

CREATE TABLE session (
    token   TEXT   PRIMARY KEY,
    data    BYTEA  NOT NULL,
    expires BIGINT NOT NULL
);
CREATE INDEX session_expires ON session (expires);
