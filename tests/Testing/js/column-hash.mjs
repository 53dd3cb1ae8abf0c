// SHA-256 over a column's values in one canonical form, whatever reader they come from:
//   null        0
//   boolean     1, a byte
//   integer     1, 8 bytes little-endian (of any width)
//   float       1, 8 bytes of the double it equals
//   text, bytes 1, a 4-byte length, the bytes (text as UTF-8)
//   list        1, a 4-byte length, the elements
import { createHash } from "node:crypto";

export class ColumnHash {
  constructor() {
    this.hash = createHash("sha256");
    this.buffer = Buffer.alloc(1 << 16);
    this.length = 0;
    this.rows = 0;
  }

  add(value) {
    this.rows++;
    this.#value(value);
  }

  digest() {
    this.#flush();
    return this.hash.digest("hex");
  }

  #value(value) {
    if (value === null || value === undefined) {
      this.#byte(0);
      return;
    }
    this.#byte(1);
    if (typeof value === "string") {
      this.#bytes(Buffer.from(value, "utf8"));
    } else if (value instanceof Uint8Array) {
      this.#bytes(value);
    } else if (typeof value === "boolean") {
      this.#byte(value ? 1 : 0);
    } else if (typeof value === "bigint") {
      this.#room(8);
      this.length = this.buffer.writeBigInt64LE(value, this.length);
    } else if (value instanceof Real) {
      this.#room(8);
      this.length = this.buffer.writeDoubleLE(value.value, this.length);
    } else if (Array.isArray(value)) {
      this.#uint32(value.length);
      value.forEach((element) => this.#value(element));
    } else {
      throw new Error(`no canonical form for ${typeof value} ${value}`);
    }
  }

  #bytes(bytes) {
    this.#uint32(bytes.length);
    if (bytes.length > this.buffer.length / 4) {
      this.#flush();
      this.hash.update(bytes);
      return;
    }
    this.#room(bytes.length);
    this.buffer.set(bytes, this.length);
    this.length += bytes.length;
  }

  #byte(value) {
    this.#room(1);
    this.buffer[this.length++] = value;
  }

  #uint32(value) {
    this.#room(4);
    this.length = this.buffer.writeUInt32LE(value, this.length);
  }

  #room(count) {
    if (this.length + count > this.buffer.length) {
      this.#flush();
    }
  }

  #flush() {
    this.hash.update(this.buffer.subarray(0, this.length));
    this.length = 0;
  }
}

// JavaScript has one number type: a floating-point value says so by this wrapper.
export class Real {
  constructor(value) {
    this.value = value;
  }
}
