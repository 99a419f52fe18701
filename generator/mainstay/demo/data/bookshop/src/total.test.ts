import assert from "node:assert/strict";
import { test } from "node:test";
import { totalCents } from "./total.ts";

test("an empty order costs nothing", () => {
  assert.equal(totalCents([]), 0);
});

test("cents add up exactly", () => {
  assert.equal(totalCents([{ quantity: 3, unitPrice: 0.1 }, { quantity: 1, unitPrice: 19.99 }]), 2029);
});
