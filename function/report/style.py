"""The page's style: light and dark as the reader's system says; text keeps a contrast of 4.5 to 1, marks of 3 to 1."""

STYLE = """
:root{--page:#fcfcfb;--card:#fff;--ink:#1b1c1e;--soft:#55585e;--rule:#e3e4e8;--first:#2a6fbf;--second:#b4550f}
@media(prefers-color-scheme:dark){:root{--page:#141517;--card:#1c1e21;--ink:#eceef0;--soft:#a9adb5;--rule:#33363c;
--first:#62a5ec;--second:#e39452}}
*{box-sizing:border-box}
body{margin:0;padding:1.5rem;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
header,main{max-width:72rem;margin:0 auto}
h1{font-size:1.6rem;margin:0}h2{font-size:1.15rem;margin:0 0 .25rem}
p{margin:.25rem 0 1rem;color:var(--soft);max-width:46rem}
code{overflow-wrap:anywhere}
section{background:var(--card);border:1px solid var(--rule);border-radius:10px;padding:1.25rem;margin:1.25rem 0}
.pair{display:grid;grid-template-columns:minmax(0,1.6fr) minmax(0,1fr);gap:1.5rem;align-items:start}
@media(max-width:52rem){.pair{grid-template-columns:minmax(0,1fr)}body{padding:.75rem}}
figure{margin:0}svg{display:block;width:100%;height:auto}
svg text{font:12px system-ui,sans-serif;fill:var(--soft);dominant-baseline:middle}
svg .name{text-anchor:end}svg .below{text-anchor:middle}svg .value{fill:var(--ink);font-variant-numeric:tabular-nums}
.first{fill:var(--first)}.second{fill:var(--second)}
.line{fill:none;stroke:var(--first);stroke-width:2}
.grid{stroke:var(--rule)}
.table{max-height:22rem;overflow:auto}
table{border-collapse:collapse;width:100%;font-size:.875rem}
th{position:sticky;top:0;background:var(--card);text-align:left;font-weight:600;color:var(--soft)}
th,td{padding:.25rem .6rem;border-bottom:1px solid var(--rule)}
td.number,th.number{text-align:right;font-variant-numeric:tabular-nums}
""".replace("\n", "")
