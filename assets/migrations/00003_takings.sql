-- +goose Up
-- Sums are kept by the transactions that change sales, as changes of figures: each event tells its
-- own, the rows below add them up. They replace the sums by state, which counted nothing but states.
DROP TABLE takings;

ALTER TABLE event ADD COLUMN booked TEXT NOT NULL DEFAULT '';

-- The running total of a register (shift ''), and of the sales of each of its shifts.
CREATE TABLE totals (
    register          TEXT   NOT NULL,
    shift             TEXT   NOT NULL,
    sales             BIGINT NOT NULL,
    gross             BIGINT NOT NULL,
    tips              BIGINT NOT NULL,
    over              BIGINT NOT NULL,
    refunds           BIGINT NOT NULL,
    disputes          BIGINT NOT NULL,
    withdrawn         BIGINT NOT NULL,
    unconfirmed_sales BIGINT NOT NULL,
    unconfirmed       BIGINT NOT NULL,
    review_sales      BIGINT NOT NULL,
    review            BIGINT NOT NULL,
    commission        BIGINT NOT NULL,
    fee               BIGINT NOT NULL,
    fee_psp           BIGINT NOT NULL,
    net               BIGINT NOT NULL,
    PRIMARY KEY (register, shift)
);

-- Days of a stall's own time zone, since 1 January 1970.
CREATE TABLE takings_day (
    stall             TEXT   NOT NULL,
    day               BIGINT NOT NULL,
    register          TEXT   NOT NULL,
    sales             BIGINT NOT NULL,
    gross             BIGINT NOT NULL,
    tips              BIGINT NOT NULL,
    over              BIGINT NOT NULL,
    refunds           BIGINT NOT NULL,
    disputes          BIGINT NOT NULL,
    withdrawn         BIGINT NOT NULL,
    unconfirmed_sales BIGINT NOT NULL,
    unconfirmed       BIGINT NOT NULL,
    review_sales      BIGINT NOT NULL,
    review            BIGINT NOT NULL,
    commission        BIGINT NOT NULL,
    fee               BIGINT NOT NULL,
    fee_psp           BIGINT NOT NULL,
    net               BIGINT NOT NULL,
    PRIMARY KEY (stall, day, register)
);

CREATE TABLE takings_hour (
    stall             TEXT   NOT NULL,
    day               BIGINT NOT NULL,
    register          TEXT   NOT NULL,
    hour              BIGINT NOT NULL,
    staff             TEXT   NOT NULL,
    sales             BIGINT NOT NULL,
    gross             BIGINT NOT NULL,
    tips              BIGINT NOT NULL,
    over              BIGINT NOT NULL,
    refunds           BIGINT NOT NULL,
    disputes          BIGINT NOT NULL,
    withdrawn         BIGINT NOT NULL,
    unconfirmed_sales BIGINT NOT NULL,
    unconfirmed       BIGINT NOT NULL,
    review_sales      BIGINT NOT NULL,
    review            BIGINT NOT NULL,
    commission        BIGINT NOT NULL,
    fee               BIGINT NOT NULL,
    fee_psp           BIGINT NOT NULL,
    net               BIGINT NOT NULL,
    PRIMARY KEY (stall, day, register, hour, staff)
);

-- What the money that is kept was for. No row of sums belongs to two registers: on PostgreSQL they
-- would wait for each other.
CREATE TABLE sold (
    stall    TEXT   NOT NULL,
    day      BIGINT NOT NULL,
    register TEXT   NOT NULL,
    item     TEXT   NOT NULL,
    vat      BIGINT NOT NULL,
    name     TEXT   NOT NULL,
    qty      BIGINT NOT NULL,
    cents    BIGINT NOT NULL,
    PRIMARY KEY (stall, day, register, item, vat)
);

-- Z reports: written once.
CREATE TABLE zreport (
    shift    TEXT   PRIMARY KEY,
    register TEXT   NOT NULL,
    no       BIGINT NOT NULL,
    doc      TEXT   NOT NULL
);
CREATE UNIQUE INDEX zreport_no ON zreport (register, no);
