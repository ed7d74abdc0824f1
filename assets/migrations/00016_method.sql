-- +goose Up
-- How a pay-in was paid, by the gateway's word in small letters; '' is not known, as for all rows of before.
ALTER TABLE payin ADD COLUMN method TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE payin DROP COLUMN method;
