-- +goose Up
-- The last self-test of a register.
CREATE TABLE selftest (
    register TEXT NOT NULL PRIMARY KEY,
    token    TEXT NOT NULL UNIQUE,
    doc      TEXT NOT NULL
);

-- Pictures for the customer's screen while nothing is sold.
CREATE TABLE picture (
    id    TEXT   NOT NULL PRIMARY KEY,
    stall TEXT   NOT NULL,
    doc   TEXT   NOT NULL,
    raw   BYTEA  NOT NULL
);
CREATE INDEX picture_stall ON picture (stall, id);

-- +goose Down
DROP TABLE picture;
DROP TABLE selftest;
