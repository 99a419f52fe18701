import { createServer } from "node:http";
import { PrismaClient } from "@prisma/client";
import { totalCents } from "./total.ts";

const prisma = new PrismaClient();

const server = createServer(async (request, response) => {
  const url = new URL(request.url ?? "/", "http://localhost");
  if (url.pathname === "/healthz") {
    await prisma.$queryRaw`SELECT 1`;
    response.end("ok\n");
    return;
  }
  const order = url.pathname.match(/^\/orders\/(\d+)$/);
  if (order === null) {
    response.writeHead(404).end();
    return;
  }
  const items = await prisma.orderItem.findMany({ where: { orderId: BigInt(order[1]) } });
  const total = totalCents(items.map((item) => ({ quantity: item.quantity, unitPrice: Number(item.unitPrice) })));
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ items: items.length, totalCents: total }));
});

server.listen(Number(process.env.PORT ?? 3000));
