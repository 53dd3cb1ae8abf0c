namespace DataForge.Inspection.Reporting;

/// <summary>The look of the report: light or dark as the reader's system is set, at any width down to that of a telephone.</summary>
internal static class PageStyle
{
    /// <summary>The most characters of a bar's label.</summary>
    public const int WidestLabel = 40;

    /// <summary>The style sheet.</summary>
    public static readonly string Css = Rules + string.Concat(
        Enumerable.Range(1, WidestLabel).Select(width => $".l{width}{{--label:{width}ch}}")) + "\n";

    private const string Rules = """
        :root{color-scheme:light dark;--ink:#1d2329;--dim:#57636d;--paper:#fff;--line:#dfe4e8;
          --bar:#3b7dd8;--second:#c76f17;--level:#6c7984}
        @media(prefers-color-scheme:dark){
          :root{--ink:#e6eaee;--dim:#9aa6b1;--paper:#15191d;--line:#2e363d;--bar:#5b9bf0;--second:#f0a04b;--level:#8b98a3}}
        *{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
        main{margin:0 auto;max-width:820px;padding:32px 20px 64px}
        h1{font-size:26px;margin:0 0 4px;overflow-wrap:anywhere}
        h2{font-size:18px;margin:36px 0 10px;border-top:1px solid var(--line);padding-top:18px}h3{font-size:15px;margin:0 0 4px}
        p{margin:6px 0}.dim,.legend,figcaption{color:var(--dim)}code{font:13px ui-monospace,monospace;overflow-wrap:anywhere}
        .tiles{display:flex;flex-wrap:wrap;gap:10px;margin-top:18px}
        .tile{flex:1 1 150px;max-width:280px;border:1px solid var(--line);border-radius:8px;padding:10px 14px}
        .tile b{display:block;font-size:21px;font-variant-numeric:tabular-nums}.tile span{color:var(--dim);font-size:13px}
        .bars>*,.bars summary{display:grid;grid-template-columns:minmax(0,34%) minmax(0,1fr) var(--label);
          gap:0 12px;align-items:center;padding:3px 0}
        .bars .open{display:block;padding:0}.bars details p{margin:2px 0 10px 16px;color:var(--dim)}
        .bar{display:block;width:100%;height:14px;fill:var(--bar)}.name{overflow-wrap:anywhere}
        .number{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
        summary{cursor:pointer;list-style:none;border-radius:4px}summary::-webkit-details-marker{display:none}
        summary .name::before{content:"▸";display:inline-block;width:16px;color:var(--dim)}
        details[open]>summary .name::before{content:"▾"}
        summary:hover .name{text-decoration:underline}summary:focus-visible{outline:2px solid var(--bar);outline-offset:1px}
        @media(max-width:480px){.bars>*,.bars summary{grid-template-columns:minmax(0,1fr) var(--label)}.bars .name{grid-column:1/-1}}
        .curves{display:flex;flex-wrap:wrap;gap:18px 24px}
        figure{margin:0;flex:1 1 220px;min-width:0;container-type:inline-size;display:flex;flex-direction:column}
        figcaption{font-size:13px;margin-bottom:auto}
        .plot{position:relative;height:230px;margin:8px 4px 26px 34px;border-bottom:1px solid var(--line);font-size:12px;color:var(--dim)}
        .plot svg{position:absolute;inset:0;width:100%;height:100%;overflow:visible}
        .plot text{fill:currentColor}.plot .y{text-anchor:end;transform:translateY(4px)}
        .plot .x{text-anchor:middle;transform:translateY(18px)}.plot .x.end{text-anchor:end}
        .plot .empty{position:absolute;inset:0;display:flex;align-items:center;justify-content:center}
        @container(max-width:380px){.plot .minor{display:none}}
        polyline,.plot line{fill:none;vector-effect:non-scaling-stroke}polyline{stroke-width:1.7;stroke-linejoin:round}
        .plot line{stroke:var(--line)}.plot line.level{stroke:var(--level);stroke-width:1.5;stroke-dasharray:5 4}
        polyline.train{stroke:var(--bar)}polyline.validation{stroke:var(--second);stroke-width:2.6}
        .legend{display:flex;flex-wrap:wrap;gap:0 18px}
        .legend span::before{content:"";display:inline-block;width:18px;margin:0 6px 4px 0;border-top:3px solid var(--bar)}
        .legend .validation::before{border-color:var(--second)}.legend .level::before{border-top:2px dashed var(--level)}
        .scroll{overflow-x:auto}table{width:100%;border-collapse:collapse;margin-top:14px;font-variant-numeric:tabular-nums}
        th,td{padding:4px 14px 4px 0;text-align:left;border-bottom:1px solid var(--line)}
        td.n,th.n{text-align:right;padding-right:0;padding-left:14px}thead th{color:var(--dim);font-weight:400}
        tbody th{font-weight:400;white-space:nowrap}
        pre{background:color-mix(in srgb,var(--line) 45%,transparent);border-radius:8px;padding:14px;
          font:13px/1.5 ui-monospace,monospace;white-space:pre-wrap;overflow-wrap:anywhere;margin:6px 0}
        pre b{font-weight:600;color:var(--bar)}
        footer{margin-top:40px;border-top:1px solid var(--line);padding-top:12px;color:var(--dim);font-size:13px}
        """;
}
