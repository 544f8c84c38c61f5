// What the first click downloads must stay small: everything that the build wrote for scripts, gzipped, in bytes. Cards come with the first card.
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const limit = 60 * 1024;
const folder = new URL("../dist/", import.meta.url);
let total = 0;
for (const name of readdirSync(folder).filter((file) => file.endsWith(".js"))) {
  const size = gzipSync(readFileSync(new URL(name, folder)), { level: 9 }).length;
  const isLater = name.startsWith("voice-glm-card");
  if (!isLater) total += size;
  console.log(`${String(size).padStart(7)}  ${name}${isLater ? " (later)" : ""}`);
}
console.log(`${String(total).padStart(7)}  in all, of ${limit} bytes allowed`);
if (total === 0 || total > limit) process.exit(1);
