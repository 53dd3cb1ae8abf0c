// Reads columns through the Arrow C data interface (https://arrow.apache.org/docs/format/CDataInterface.html) from the memory of a
// 32-bit WebAssembly module: just the types that the project's files have.
import { Real } from "./column-hash.mjs";

export function readSchema(memory, address) {
  const view = new DataView(memory.buffer);
  const text = (at) => {
    const bytes = new Uint8Array(memory.buffer, at);
    return new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)));
  };
  const children = Number(view.getBigInt64(address + 24, true));
  const pointers = view.getUint32(address + 32, true);
  return {
    format: text(view.getUint32(address, true)),
    name: text(view.getUint32(address + 4, true)),
    children: Array.from({ length: children }, (_, i) => readSchema(memory, view.getUint32(pointers + 4 * i, true))),
  };
}

// A function that gives the value at an index of an ArrowArray.
export function readArray(memory, address, schema) {
  const view = new DataView(memory.buffer);
  const long = (at) => Number(view.getBigInt64(address + at, true));
  const [length, offset] = [long(0), long(16)];
  const buffers = view.getUint32(address + 40, true);
  const children = view.getUint32(address + 44, true);
  const buffer = (i) => view.getUint32(buffers + 4 * i, true);
  const child = (i) => readArray(memory, view.getUint32(children + 4 * i, true), schema.children[i]);
  const bit = (at, i) => ((view.getUint8(at + (i >> 3)) >> (i & 7)) & 1) === 1;
  const validity = schema.format === "+s" ? 0 : buffer(0);
  const slice = (from, to) => new Uint8Array(memory.buffer, from, to - from);
  const range32 = (at, i) => [view.getUint32(at + 4 * i, true), view.getUint32(at + 4 * i + 4, true)];
  const range64 = (at, i) => [Number(view.getBigInt64(at + 8 * i, true)), Number(view.getBigInt64(at + 8 * i + 8, true))];
  const bytes = (range) => (i) => {
    const [from, to] = range(buffer(1), i);
    return slice(buffer(2) + from, buffer(2) + to);
  };
  const list = (range) => {
    const element = child(0).value;
    return (i) => {
      const [from, to] = range(buffer(1), i);
      return Array.from({ length: to - from }, (_, k) => element(from + k));
    };
  };
  const readers = {
    b: () => (i) => bit(buffer(1), i),
    i: () => (i) => BigInt(view.getInt32(buffer(1) + 4 * i, true)),
    l: () => (i) => view.getBigInt64(buffer(1) + 8 * i, true),
    f: () => (i) => new Real(view.getFloat32(buffer(1) + 4 * i, true)),
    g: () => (i) => new Real(view.getFloat64(buffer(1) + 8 * i, true)),
    u: () => bytes(range32),
    z: () => bytes(range32),
    U: () => bytes(range64),
    Z: () => bytes(range64),
    "+l": () => list(range32),
    "+L": () => list(range64),
  };
  if (schema.format === "+s") {
    return { length, columns: schema.children.map((_, i) => child(i)) };
  }
  if (!(schema.format in readers)) {
    throw new Error(`column ${schema.name}: Arrow format ${schema.format}`);
  }
  const read = readers[schema.format]();
  return { length, value: (i) => (validity !== 0 && !bit(validity, i + offset) ? null : read(i + offset)) };
}
