// Prints every value that DuckDB reads from Parquet files: for each file a JSON line
//   {"file": ..., "columns": {"name": [value, ...], ...}}   or   {"file": ..., "error": "..."}
// Usage: node dump-parquet.mjs FILE...
// Values, so that nothing is lost in JSON: null; booleans; integers as text; floating point as the 16 hexadecimal digits of the double
// ("NaN" for any NaN); text and bytes as "x" and hexadecimal; decimals as "unscaled:scale"; dates in days, times and timestamps in
// nanoseconds, as text; intervals as "months:days:microseconds"; lists as arrays; structs as {"name": value}; maps as [[key, value], ...].
import * as packages from "./packages.mjs";

const api = packages.duckdb();
const Id = api.DuckDBTypeId;
const connection = await (await api.DuckDBInstance.create(":memory:")).connect();

const hex = (bytes) => "x" + Buffer.from(bytes).toString("hex");
const real = (value) => {
  if (Number.isNaN(value)) return "NaN";
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes.toString("hex");
};

function canonical(value, type) {
  if (value === null || value === undefined) return null;
  switch (type.typeId) {
    case Id.BOOLEAN: return value;
    case Id.TINYINT: case Id.SMALLINT: case Id.INTEGER: case Id.BIGINT: case Id.HUGEINT:
    case Id.UTINYINT: case Id.USMALLINT: case Id.UINTEGER: case Id.UBIGINT: case Id.UHUGEINT: return String(value);
    case Id.FLOAT: case Id.DOUBLE: return real(value);
    case Id.VARCHAR: return hex(Buffer.from(value, "utf8"));
    case Id.BLOB: return hex(value.bytes);
    case Id.UUID: return "x" + value.toString().replaceAll("-", "");
    case Id.DECIMAL: return `${value.value}:${value.scale}`;
    case Id.DATE: return String(value.days);
    case Id.TIME: case Id.TIMESTAMP: case Id.TIMESTAMP_TZ: return String(value.micros * 1000n);
    case Id.TIMESTAMP_S: return String(value.seconds * 1000000000n);
    case Id.TIMESTAMP_MS: return String(value.millis * 1000000n);
    case Id.TIMESTAMP_NS: case Id.TIME_NS: return String(value.nanos);
    case Id.TIME_TZ: return String(value.micros * 1000n);
    case Id.INTERVAL: return `${value.months}:${value.days}:${value.micros}`;
    case Id.LIST: return value.items.map((item) => canonical(item, type.valueType));
    case Id.STRUCT: return Object.fromEntries(type.entryNames.map((name, i) => [name, canonical(value.entries[name], type.entryTypes[i])]));
    case Id.MAP: return value.entries.map(({ key, value: item }) => [canonical(key, type.keyType), canonical(item, type.valueType)]);
    case Id.SQLNULL: return null;
    default: throw new Error(`no canonical form for ${type}`);
  }
}

for (const file of process.argv.slice(2)) {
  try {
    const result = await connection.run(`SELECT * FROM read_parquet('${file.replaceAll("'", "''")}')`);
    const names = result.columnNames();
    const types = result.columnTypes();
    const columns = await result.getColumns();
    const values = names.map((name, c) => [name, (columns[c] ?? []).map((value) => canonical(value, types[c]))]);
    console.log(JSON.stringify({ file, columns: Object.fromEntries(values) }));
  } catch (fault) {
    console.log(JSON.stringify({ file, error: String(fault.message ?? fault) }));
  }
}
process.stdout.write("", () => process.exit(0)); // once everything printed has left the pipe
