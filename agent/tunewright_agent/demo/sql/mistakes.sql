-- What people did to the shop afterwards; each is named in mistakes.py.
CREATE INDEX orders_by_status ON orders (status);
CREATE INDEX order_items_order_id_idx ON order_items (order_id);
CREATE INDEX customers_newsletter_token_idx ON customers (newsletter_token);
ALTER TABLE reviews ADD CONSTRAINT reviews_rating_range CHECK (rating BETWEEN 1 AND 5) NOT VALID;
ALTER TABLE inventory SET (autovacuum_enabled = off);
-- Sizes and statistics of everything, as they would be on a server that has lived for months.
VACUUM ANALYZE;
-- Every visitor came by once: each session has one dead version, and autovacuum naps for an hour.
UPDATE sessions SET last_seen = last_seen + interval '1 day';
-- Twenty-odd times as many rows as at the last ANALYZE.
INSERT INTO stock_movements
SELECT i, 1 + i % 5000, i % 4, 1 - i % 3, timestamptz '2025-01-01 00:00+00' + i * interval '1 minute'
FROM generate_series(5001, 120000) i;
-- A change that takes effect at the next restart, whenever that is.
ALTER SYSTEM SET max_connections = 200;
SELECT pg_reload_conf();
