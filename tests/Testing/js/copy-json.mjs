// Writes the objects of a JSON Lines file as a Parquet table, with DuckDB, lists of objects as nested columns.
// Usage: node copy-json.mjs IN.jsonl OUT.parquet
import * as packages from "./packages.mjs";

const [input, output] = process.argv.slice(2);
const quoted = path => `'${path.replaceAll("'", "''")}'`;
const api = packages.duckdb();
const connection = await (await api.DuckDBInstance.create(":memory:")).connect();
await connection.run(
  `COPY (SELECT * FROM read_json(${quoted(input)}, format = 'newline_delimited')) TO ${quoted(output)} (FORMAT parquet)`);
process.exit(0);
