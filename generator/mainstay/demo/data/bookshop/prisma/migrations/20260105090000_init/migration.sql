CREATE TYPE "order_status" AS ENUM ('cart', 'placed', 'paid', 'shipped', 'returned');

CREATE TABLE "customer" (
    "id" SERIAL PRIMARY KEY,
    "name" TEXT NOT NULL,
    "email" TEXT NOT NULL UNIQUE,
    "phone" TEXT,
    "tags" TEXT[],
    "settings" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE "product" (
    "id" SERIAL PRIMARY KEY,
    "sku" TEXT NOT NULL UNIQUE,
    "title" TEXT NOT NULL,
    "price" DECIMAL(10, 2) NOT NULL,
    "cover" BYTEA
);

CREATE TABLE "order" (
    "id" BIGSERIAL PRIMARY KEY,
    "customer_id" INTEGER NOT NULL REFERENCES "customer" ("id"),
    "status" "order_status" NOT NULL DEFAULT 'cart',
    "placed_at" TIMESTAMPTZ
);

CREATE TABLE "order_item" (
    "order_id" BIGINT NOT NULL REFERENCES "order" ("id"),
    "position" SMALLINT NOT NULL,
    "product_id" INTEGER NOT NULL REFERENCES "product" ("id"),
    "quantity" INTEGER NOT NULL,
    "unit_price" DECIMAL(10, 2) NOT NULL,
    PRIMARY KEY ("order_id", "position")
);
