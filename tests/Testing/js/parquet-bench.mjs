// Times DuckDB on one thread: COPY of a table into a zstd level 3 Parquet file, and a full read of that file's text.
// Usage: node parquet-bench.mjs PLAIN.parquet OUTPUT.parquet ROUNDS
// Prints, tab-separated, a line for each round: "write" or "read", seconds of wall clock, seconds of CPU.
import * as packages from "./packages.mjs";

const [plain, output, rounds] = process.argv.slice(2);
const api = packages.duckdb();
const connection = await (await api.DuckDBInstance.create(":memory:", { threads: "1" })).connect();
const quoted = (path) => `'${path.replaceAll("'", "''")}'`;

async function timed(name, sql) {
  const cpu = process.cpuUsage();
  const start = process.hrtime.bigint();
  await connection.run(sql);
  const wall = Number(process.hrtime.bigint() - start) / 1e9;
  const used = process.cpuUsage(cpu);
  console.log(`${name}\t${wall}\t${(used.user + used.system) / 1e6}`);
}

await connection.run(`CREATE TABLE files AS SELECT * FROM read_parquet(${quoted(plain)})`);
for (let i = 0; i < Number(rounds); i++) {
  await timed("write", `COPY files TO ${quoted(output)} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 3, ROW_GROUP_SIZE 8192)`);
  await timed("read", `SELECT sum(strlen(content)), sum(strlen(path)), sum(size) FROM read_parquet(${quoted(output)})`);
}
process.stdout.write("", () => process.exit(0)); // once everything printed has left the pipe
