// Prints what DuckDB finds in a file's column statistics, tab-separated: column, min, max, whether each is exact, nulls.
// Usage: node parquet-statistics.mjs FILE
import * as packages from "./packages.mjs";

const api = packages.duckdb();
const connection = await (await api.DuckDBInstance.create(":memory:")).connect();
const file = process.argv[2].replaceAll("'", "''");
const result = await connection.run(`
  SELECT path_in_schema, stats_min_value, stats_max_value, min_is_exact, max_is_exact, stats_null_count
  FROM parquet_metadata('${file}') ORDER BY row_group_id, column_id`);
for (const row of await result.getRows()) {
  console.log(row.map(String).join("\t"));
}
process.stdout.write("", () => process.exit(0)); // once everything printed has left the pipe
