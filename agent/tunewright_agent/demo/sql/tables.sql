-- A web shop as one finds it in the field: sensible at first sight, grown over years.
CREATE TABLE customers (
  id int NOT NULL,
  email text NOT NULL,
  name text NOT NULL,
  phone text,
  country text NOT NULL,
  region text NOT NULL,
  city text NOT NULL,
  newsletter_token text,
  created_at timestamptz NOT NULL
);
CREATE TABLE products (
  id int NOT NULL,
  sku text NOT NULL,
  name text NOT NULL,
  category text NOT NULL,
  price numeric(10, 2) NOT NULL
);
CREATE TABLE coupons (
  id int NOT NULL,
  code text NOT NULL,
  percent int NOT NULL,
  redeemed int NOT NULL DEFAULT 0
);
CREATE TABLE orders (
  id bigint NOT NULL,
  customer_id int NOT NULL,
  coupon_id int,
  status text NOT NULL,
  channel text NOT NULL,
  utm_source text NOT NULL,
  utm_medium text NOT NULL,
  utm_campaign text NOT NULL,
  utm_term text NOT NULL,
  utm_content text NOT NULL,
  total numeric(10, 2) NOT NULL,
  created_at timestamptz NOT NULL
);
CREATE TABLE order_items (
  id int NOT NULL,
  order_id bigint NOT NULL,
  product_id int NOT NULL,
  quantity int NOT NULL,
  unit_price numeric(10, 2) NOT NULL
);
-- payments.order_id is narrower than orders.id.
CREATE TABLE payments (
  id bigint NOT NULL,
  order_id int NOT NULL,
  method text NOT NULL,
  amount numeric(10, 2) NOT NULL,
  paid_at timestamptz NOT NULL
);
CREATE TABLE reviews (
  id bigint NOT NULL,
  product_id int NOT NULL,
  customer_id int NOT NULL,
  rating int NOT NULL,
  body text NOT NULL
);
CREATE TABLE sessions (
  id bigint NOT NULL,
  customer_id int NOT NULL,
  token text NOT NULL,
  last_seen timestamptz NOT NULL
);
-- No primary key.
CREATE TABLE audit_log (
  at timestamptz NOT NULL,
  actor text NOT NULL,
  entity text NOT NULL,
  entity_id bigint NOT NULL,
  action text NOT NULL
);
CREATE TABLE inventory (
  product_id int NOT NULL,
  warehouse_id int NOT NULL,
  stock int NOT NULL
);
CREATE TABLE stock_movements (
  id bigint NOT NULL,
  product_id int NOT NULL,
  warehouse_id int NOT NULL,
  change int NOT NULL,
  at timestamptz NOT NULL
);
-- Baskets that vanish with the first crash.
CREATE UNLOGGED TABLE carts (
  id bigint NOT NULL,
  customer_id int NOT NULL,
  product_id int NOT NULL,
  quantity int NOT NULL,
  added_at timestamptz NOT NULL
);
