-- +goose Up
-- Carts that wait for their customers, by stall. Of two who change one at a time, the version lets the
-- first one through.
CREATE TABLE parked (
    id      TEXT   NOT NULL PRIMARY KEY,
    stall   TEXT   NOT NULL,
    version BIGINT NOT NULL,
    doc     TEXT   NOT NULL
);
CREATE INDEX parked_stall ON parked (stall, id);

-- +goose Down
DROP TABLE parked;
