-- +goose Up
-- Sums of the gateway's rows are kept by account: a stall may have one of its own, and payouts of one
-- account are never compared with rows of another.
CREATE TABLE listed_held (
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
INSERT INTO listed_held (stall, day, register, holder, pieces, cents, fee, fee_psp, net, unpaid)
    SELECT stall, day, register, '', pieces, cents, fee, fee_psp, net, unpaid FROM listed;
DROP TABLE listed;
ALTER TABLE listed_held RENAME TO listed;

-- +goose Down
CREATE TABLE listed_before (
    stall    TEXT   NOT NULL,
    day      TEXT   NOT NULL,
    register TEXT   NOT NULL,
    pieces   BIGINT NOT NULL,
    cents    BIGINT NOT NULL,
    fee      BIGINT NOT NULL,
    fee_psp  BIGINT NOT NULL,
    net      BIGINT NOT NULL,
    unpaid   BIGINT NOT NULL,
    PRIMARY KEY (stall, day, register)
);
INSERT INTO listed_before (stall, day, register, pieces, cents, fee, fee_psp, net, unpaid)
    SELECT stall, day, register, SUM(pieces), SUM(cents), SUM(fee), SUM(fee_psp), SUM(net), SUM(unpaid)
    FROM listed GROUP BY stall, day, register;
DROP TABLE listed;
ALTER TABLE listed_before RENAME TO listed;
