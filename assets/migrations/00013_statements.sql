-- +goose Up
-- What the gateway's pay-in list holds for each register, by the gateway's own days, kept by the
-- transactions that store its rows: payouts are compared with these.
CREATE TABLE listed (
    stall    TEXT   NOT NULL,
    day      TEXT   NOT NULL,
    register TEXT   NOT NULL,
    holder   TEXT   NOT NULL,
    pieces   BIGINT NOT NULL,
    cents    BIGINT NOT NULL,
    fee      BIGINT NOT NULL,
    fee_psp  BIGINT NOT NULL,
    net      BIGINT NOT NULL,
    unpaid   BIGINT NOT NULL,
    PRIMARY KEY (stall, day, register, holder)
);

-- The gateway's own transfers and invoices, as it last told of them.
CREATE TABLE payout (
    account TEXT NOT NULL,
    id      TEXT NOT NULL,
    day     TEXT NOT NULL,
    doc     TEXT NOT NULL,
    PRIMARY KEY (account, id)
);
CREATE INDEX payout_day ON payout (day);

CREATE TABLE fee_invoice (
    account TEXT NOT NULL,
    id      TEXT NOT NULL,
    month   TEXT NOT NULL,
    doc     TEXT NOT NULL,
    PRIMARY KEY (account, id)
);
CREATE INDEX fee_invoice_month ON fee_invoice (month);

-- Z reports are also looked for by the time of their closing.
ALTER TABLE zreport ADD COLUMN closed BIGINT NOT NULL DEFAULT 0;
CREATE INDEX zreport_closed ON zreport (closed);

-- Read-only links of stall owners: one of a stall is good at a time.
CREATE TABLE owner_key (
    stall  TEXT   PRIMARY KEY,
    hash   TEXT   NOT NULL UNIQUE,
    made   BIGINT NOT NULL
);

-- +goose Down
DROP TABLE owner_key;
DROP INDEX zreport_closed;
ALTER TABLE zreport DROP COLUMN closed;
DROP TABLE fee_invoice;
DROP TABLE payout;
DROP TABLE listed;
