// Makes the licence data that is built into the assembly (../Data) from two CC0 packages:
//
//   npm install --ignore-scripts --prefix artifacts/npm spdx-license-list@6.12.0 @blueoak/list@15.0.0
//   node Cleaner/Licenses/tool/build-index.mjs artifacts/npm/node_modules
//
// spdx-texts.br   Brotli of one record per distinct text: a line of ids (the one that stands for the text first, then the
//                 others), a line with the length of the text in UTF-8 bytes, the text and a newline.
// classes.tsv     "id TAB class TAB name" for every SPDX id, in ordinal order.
//
// The same packages give the same files. docs/rules.md says where the classes come from.
import { readFileSync, writeFileSync } from 'node:fs';
import { brotliCompressSync, constants } from 'node:zlib';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const modules = process.argv[2] ?? 'artifacts/npm/node_modules';
const data = join(dirname(fileURLToPath(import.meta.url)), '..', 'Data');
const spdx = JSON.parse(readFileSync(join(modules, 'spdx-license-list', 'spdx-full.json'), 'utf8'));
const blueOak = JSON.parse(readFileSync(join(modules, '@blueoak', 'list', 'index.json'), 'utf8'));

// Dedicated to the public, or without rights by law.
const publicDomain = new Set(`CC0-1.0 Unlicense Unlicense-libtelnet Unlicense-libwhirlpool blessing ANTLR-PD ANTLR-PD-fallback
  CC-PDDC CC-PDM-1.0 PDDL-1.0 NIST-PD NIST-PD-fallback NIST-PD-TNT NTIA-PD NCBI-PD SAX-PD SAX-PD-2.0 libselinux-1.0
  DL-DE-ZERO-2.0 man2html`.split(/\s+/));

// Blue Oak rates these as permissive; they are held back here because they ask for more than their notice to be kept
// (advertising or acknowledgement clauses) or forbid a use.
const heldBack = new Set(`BSD-4-Clause BSD-4-Clause-Shortened BSD-4-Clause-UC MIT-advertising BSD-3-Clause-Attribution
  BSD-3-Clause-No-Nuclear-License-2014 BSD-3-Clause-No-Nuclear-Warranty OpenSSL Apache-1.0 MITNFA MIT-enna MIT-feh
  SHL-0.5 NASA-1.3 GLWTPL`.split(/\s+/));

// Newer than Blue Oak's list, or left out of it, and like a licence that it rates.
const permissive = new Set(`Python-2.0.1 Unicode-3.0 HPND-sell-variant MIT-STK MIT-Festival MIT-Click BSD-3-Clause-flex
  libpng-1.6.35 X11-distribute-modifications-variant X11-swapped ISC-Veillard NTP-0 CDLA-Permissive-2.0 SGI-OpenGL
  Mackerras-3-Clause Brian-Gladman-3-Clause Brian-Gladman-2-Clause BSD-2-Clause-first-lines Bitstream-Vera`.split(/\s+/));

// Families as Blue Oak's copyleft list (https://blueoakcouncil.org/copyleft) sorts them; the rest as ScanCode's categories
// "Copyleft Limited" (weak) and "Copyleft" (strong) (https://scancode-licensedb.aboutcode.org/).
const weak = /^(LGPL|LGPLLR|MPL|EPL|CDDL|CPL-|IPL-|CECILL-C$|MS-RL|SPL-|APSL|NPL-|SISSL|ErlPL|CUA-OPL|Nokia|Motosoto|RSCPL|wxWindows|eCos|RHeCos|OSET-PL|LiLiQ-R-1|CERN-OHL-W|Interbase|Frameworx|OFL-|TPL-1|ESA-PL-weak|GPL-[\d.]+-with|LPPL-1\.[012]|LPPL-1\.3a|gSOAP|SugarCRM|Zimbra|CATOSL|OCCT-PL|MPL)/;
const strong = /^(GPL-|AGPL|OSL-|EUPL|CECILL-[12]|RPL-|SSPL|Sleepycat|TMate|QPL|Parity|copyleft-next|CC-BY-SA|CC-SA|ODbL|GFDL|CPAL|APL-|Watcom|NGPL|BitTorrent|YPL|Linux-man-pages-copyleft|LiLiQ-Rplus|TGPPL|D-FSL|SimPL|CAL-|CERN-OHL-S|CERN-OHL-1|NPOSL|RPSL|MMPL|SMAIL-GPL|ESA-PL-strong|CDLA-Sharing|Arphic|TAPR-OHL|FreeImage|PPL|TOSL|SMPPL|NOSL|BSD-Protection|IPA|OPUBL|OPL-1|GD$)/;

const rated = new Set(blueOak.flatMap(rating => rating.licenses.map(license => license.id)));
const classOf = id =>
  publicDomain.has(id) ? 'public-domain'
  : heldBack.has(id) ? 'unknown'
  : rated.has(id) || permissive.has(id) ? 'permissive'
  : weak.test(id) ? 'weak-copyleft'
  : strong.test(id) ? 'strong-copyleft'
  : 'unknown';

const ordinal = (a, b) => a < b ? -1 : a > b ? 1 : 0;
const ids = Object.keys(spdx).sort(ordinal);
writeFileSync(join(data, 'classes.tsv'), ids.map(id => `${id}\t${classOf(id)}\t${spdx[id].name.replace(/\s+/g, ' ').trim()}\n`).join(''));

// Of ids with one text, the one in force and most narrow speaks for it: GPL-2.0-only for GPL-2.0, GPL-2.0+ and GPL-2.0-or-later.
const speaks = (a, b) => (b.endsWith('-only') - a.endsWith('-only')) || a.length - b.length || ordinal(a, b);
const texts = new Map();
for (const id of ids) {
  const text = spdx[id].licenseText.replace(/\r\n?/g, '\n').trim();
  const key = text.replace(/\s+/g, ' ').toLowerCase();
  if (!texts.has(key)) texts.set(key, { text, ids: [] });
  texts.get(key).ids.push(id);
}

const records = [...texts.values()].map(({ text, ids }) => ({ text, ids: [...ids].sort(speaks) }));
const packed = Buffer.concat(records.flatMap(({ text, ids }) => {
  const bytes = Buffer.from(text, 'utf8');
  return [Buffer.from(`${ids.join(' ')}\n${bytes.length}\n`), bytes, Buffer.from('\n')];
}));
const compressed = brotliCompressSync(packed, {
  params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: packed.length },
});
writeFileSync(join(data, 'spdx-texts.br'), compressed);

const counts = {};
for (const id of ids) counts[classOf(id)] = (counts[classOf(id)] ?? 0) + 1;
console.log(`${ids.length} ids, ${records.length} texts, ${packed.length} bytes packed to ${compressed.length};`, counts);
