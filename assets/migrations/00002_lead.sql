-- +goose Up
-- One process at a time does what must not be done twice, such as reading the gateway's lists.
CREATE TABLE lead (
    name   TEXT   NOT NULL PRIMARY KEY,
    holder TEXT   NOT NULL,
    until  BIGINT NOT NULL
);

-- +goose Down
DROP TABLE lead;
