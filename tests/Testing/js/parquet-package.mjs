// DuckDB's part of the comparison of Parquet libraries, on one thread.
//   node parquet-package.mjs write|read PLAIN.parquet FILE.parquet   prints the least user seconds of four rounds, and the peak memory in bytes
//   node parquet-package.mjs damaged FOLDER FIRST                    prints "read" or "refused" for each file from that number on
import { readdirSync, writeSync } from "node:fs";
import path from "node:path";
import * as packages from "./packages.mjs";

const [what, plain, file] = process.argv.slice(2);
const api = packages.duckdb();
const connection = await (await api.DuckDBInstance.create(":memory:", { threads: "1", memory_limit: "2GB" })).connect();
const quoted = (name) => `'${name.replaceAll("'", "''")}'`;

if (what === "damaged") {
  for (const name of readdirSync(plain).sort().slice(Number(file))) {
    let outcome = "read";
    try {
      const result = await connection.stream(`SELECT * FROM read_parquet(${quoted(path.join(plain, name))})`);
      for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {}
    } catch {
      outcome = "refused";
    }
    writeSync(1, outcome + "\n");
  }
} else {
  const sql = what === "write"
    ? `COPY (SELECT * FROM read_parquet(${quoted(plain)})) TO ${quoted(file)} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 3, ROW_GROUP_SIZE 2048)`
    : `SELECT sum(strlen(content)), sum(strlen(path)), sum(size) FROM read_parquet(${quoted(file)})`;
  let least = Infinity;
  for (let round = 0; round < 4; round++) {
    const before = process.cpuUsage();
    await connection.run(sql);
    least = Math.min(least, process.cpuUsage(before).user / 1e6);
  }
  writeSync(1, `${least}\t${process.resourceUsage().maxRSS * 1024}\n`);
}
process.exit(0);
