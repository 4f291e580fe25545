-- All rows follow from their number: hashint8extended spreads it evenly and gives the same on every machine.
INSERT INTO customers
SELECT i, 'Customer.' || i || '@Example.com', 'Customer ' || i, '+49 30 ' || i,
  'country ' || h % 40 / 4, 'region ' || h % 40 / 2, 'city ' || h % 40,
  md5('newsletter' || i), timestamptz '2024-01-01 00:00+00' + i * interval '5 minutes'
FROM generate_series(1, 200000) i, LATERAL (SELECT abs(hashint8extended(i, 1) % 1000000) AS h) spread;
-- Two customers of one household: their number is not unique, as somebody will find out.
UPDATE customers SET phone = '+49 30 1' WHERE id = 2;

INSERT INTO products
SELECT i, 'SKU-' || lpad(i::text, 6, '0'), 'Product ' || i, 'category ' || i % 25, 5 + i % 400
FROM generate_series(1, 5000) i;

INSERT INTO coupons SELECT i, 'COUPON' || i, 5 + i % 20, 0 FROM generate_series(1, 100) i;

-- A coupon is valid for a week: coupon n belongs to the nth hundredth of all orders. Source, medium, campaign, term and content of an
-- advertisement say the same five times.
INSERT INTO orders
SELECT i, 1 + abs(hashint8extended(i, 2) % 190000), CASE WHEN h % 3 = 0 THEN 1 + (i - 1) / 5000 END,
  CASE WHEN i > 495000 THEN 'open' WHEN h % 20 = 0 THEN 'returned' ELSE 'done' END,
  'channel ' || h % 6, 'source ' || h % 3, 'medium ' || h % 3, 'campaign ' || h % 3, 'term ' || h % 3, 'content ' || h % 3,
  10 + h % 900, timestamptz '2024-01-01 00:00+00' + i * interval '105 seconds'
FROM generate_series(1, 500000) i, LATERAL (SELECT abs(hashint8extended(i, 3) % 1000000) AS h) spread;

INSERT INTO order_items
SELECT 2039000000 + i, 1 + (i - 1) / 2, 1 + abs(hashint8extended(i, 4) % 5000), 1 + i % 4, 5 + i % 400
FROM generate_series(1, 1000000) i;

INSERT INTO payments
SELECT i, i, (ARRAY['card', 'invoice', 'wallet'])[1 + i % 3], 10 + i % 900,
  timestamptz '2024-01-01 00:30+00' + i * interval '105 seconds'
FROM generate_series(1, 495000) i;

INSERT INTO reviews
SELECT i, 1 + i % 5000, 1 + abs(hashint8extended(i, 5) % 190000), 1 + i % 5, 'Works as described, number ' || i
FROM generate_series(1, 40000) i;

INSERT INTO sessions
SELECT i, 1 + abs(hashint8extended(i, 6) % 190000), md5('session' || i), timestamptz '2025-12-01 00:00+00' + i * interval '30 seconds'
FROM generate_series(1, 60000) i;

INSERT INTO audit_log
SELECT timestamptz '2025-06-01 00:00+00' + i * interval '1 minute', 'clerk ' || i % 50,
  (ARRAY['order', 'customer', 'product', 'coupon'])[1 + i % 4], 1 + i % 100000, (ARRAY['created', 'changed', 'viewed'])[1 + i % 3]
FROM generate_series(1, 400000) i;

INSERT INTO inventory SELECT 1 + i % 5000, i / 5000, 100 + i % 50 FROM generate_series(0, 19999) i;

INSERT INTO stock_movements
SELECT i, 1 + i % 5000, i % 4, 1 - i % 3, timestamptz '2025-01-01 00:00+00' + i * interval '1 minute'
FROM generate_series(1, 5000) i;

INSERT INTO carts
SELECT i, 1 + i % 190000, 1 + i % 5000, 1, timestamptz '2025-12-20 00:00+00' + i * interval '1 minute'
FROM generate_series(1, 20000) i;
