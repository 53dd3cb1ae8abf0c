// ast_verdicts.py for the CPython that npm's pyodide brings (3.14 in version 314): the same frames in, the same bytes out.
// Usage: node ast_verdicts.mjs <folder of the pyodide package>
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const { loadPyodide } = await import(pathToFileURL(path.resolve(process.argv[2], "pyodide.mjs")).href);
const pyodide = await loadPyodide({ stdout: () => {}, stderr: () => {} });
pyodide.runPython(`
import ast, sys, warnings
warnings.simplefilter("ignore")
def verdict(data):
    text = data.to_bytes().decode("utf-8")
    try:
        ast.parse(text[1:] if text.startswith(chr(0xFEFF)) else text)
        return "V"
    except (RecursionError, MemoryError):
        return "R"
    except (SyntaxError, ValueError):
        return "E"
`);
const verdict = pyodide.globals.get("verdict");
fs.writeSync(1, pyodide.runPython("'.'.join(map(str, sys.version_info[:3]))") + "\n");

// Opened anew: node makes descriptor 0 non-blocking.
const input = fs.openSync("/dev/stdin", "r");

function read(length) {
  const buffer = Buffer.alloc(length);
  for (let at = 0; at < length; ) {
    const count = fs.readSync(input, buffer, at, length - at, null);
    if (count === 0) return null;
    at += count;
  }
  return buffer;
}

for (let header; (header = read(4)) !== null; ) {
  fs.writeSync(1, verdict(new Uint8Array(read(header.readUInt32LE(0)))));
}
