-- +goose Up
-- Who may enter the office; the name is written as it is compared.
CREATE TABLE login (
    id   TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    doc  TEXT NOT NULL
);

-- One-time codes, of which only hashes are kept; a newer one of a kind replaces that of before.
CREATE TABLE once (
    hash    TEXT   NOT NULL PRIMARY KEY,
    kind    TEXT   NOT NULL,
    login   TEXT   NOT NULL,
    expires BIGINT NOT NULL,
    doc     TEXT   NOT NULL
);

-- Wrong tries by name or browser.
CREATE TABLE office_tries (
    name TEXT   NOT NULL PRIMARY KEY,
    at   BIGINT NOT NULL,
    doc  TEXT   NOT NULL
);

-- What the office has set for the whole installation; one row.
CREATE TABLE house (
    id  BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    doc TEXT   NOT NULL
);

-- +goose Down
DROP TABLE house;
DROP TABLE office_tries;
DROP TABLE once;
DROP TABLE login;
