-- +goose Up
-- What the comparison with the gateway's own books has found.

-- Rows of the gateway's pay-in list that belong to no link of ours.
CREATE TABLE unmatched (
    account TEXT    NOT NULL,
    row_key TEXT    NOT NULL,
    seen    BIGINT  NOT NULL,
    is_open BOOLEAN NOT NULL,
    doc     TEXT    NOT NULL,
    PRIMARY KEY (account, row_key)
);
CREATE INDEX unmatched_open ON unmatched (seen) WHERE is_open;

-- Links at the gateway that begin with our letters and that this database does not know.
CREATE TABLE quarantine (
    account TEXT    NOT NULL,
    pay_id  BIGINT  NOT NULL,
    seen    BIGINT  NOT NULL,
    is_held BOOLEAN NOT NULL,
    doc     TEXT    NOT NULL,
    PRIMARY KEY (account, pay_id)
);
CREATE INDEX quarantine_held ON quarantine (seen) WHERE is_held;

-- What the audit of a day has said, last of all.
CREATE TABLE audit_day (
    account TEXT    NOT NULL,
    day     TEXT    NOT NULL,
    differs BOOLEAN NOT NULL,
    doc     TEXT    NOT NULL,
    PRIMARY KEY (account, day)
);

-- When this database took the place of a later one, and whether what happened meanwhile was looked for.
CREATE TABLE restore (
    at     BIGINT PRIMARY KEY,
    newest BIGINT NOT NULL,
    done   BIGINT NOT NULL
);

-- What was odd about a sale and is no part of its facts.
CREATE TABLE mark (
    sale     TEXT   NOT NULL,
    kind     TEXT   NOT NULL,
    register TEXT   NOT NULL,
    at       BIGINT NOT NULL,
    PRIMARY KEY (sale, kind)
);
CREATE INDEX mark_register ON mark (register, at);

CREATE INDEX payin_seen ON payin (seen);
CREATE INDEX sale_watched_register ON sale (register, id) WHERE watched;

-- +goose Down
DROP INDEX sale_watched_register;
DROP INDEX payin_seen;
DROP TABLE mark;
DROP TABLE restore;
DROP TABLE audit_day;
DROP TABLE quarantine;
DROP TABLE unmatched;
