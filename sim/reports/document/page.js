(function () {
  var figures = JSON.parse(document.getElementById("report-charts").textContent);
  var narrow = window.matchMedia("(max-width: 640px)");
  function fitted(figure) {
    var layout = JSON.parse(JSON.stringify(figure.layout));
    if (narrow.matches) {
      layout.margin.r = Math.min(layout.margin.r, 128);
      layout.font.size = 12;
      if (layout.hovermode === "x unified" && layout.xaxis.tickvals) {
        var kept = layout.xaxis.tickvals.map(function (at) { return at === 1 || at % 12 === 0; });
        layout.xaxis.ticktext = layout.xaxis.ticktext.filter(function (_, at) { return kept[at]; });
        layout.xaxis.tickvals = layout.xaxis.tickvals.filter(function (_, at) { return kept[at]; });
      } else if (layout.xaxis.gridcolor && layout.xaxis.tickvals.length > 3) {
        var second = function (_, at) { return at % 2 === 0; };
        layout.xaxis.ticktext = layout.xaxis.ticktext.filter(second);
        layout.xaxis.tickvals = layout.xaxis.tickvals.filter(second);
      }
    }
    return layout;
  }
  function draw(key) {
    var place = document.getElementById("chart-" + key);
    if (!place || place.dataset.drawn) return;
    place.dataset.drawn = "1";
    Plotly.newPlot(place, figures[key].data, fitted(figures[key]), {
      responsive: true, displaylogo: false,
      modeBarButtons: [["toImage", {
        name: "svg", title: "Download as SVG", icon: Plotly.Icons.disk,
        click: function (chart) { Plotly.downloadImage(chart, {format: "svg", filename: key}); }
      }]],
      toImageButtonOptions: {format: "png", scale: 3, filename: key}
    });
  }
  function all() { Object.keys(figures).forEach(draw); }
  function sized(change) {
    document.querySelectorAll(".chart[data-drawn]").forEach(function (place) { Plotly.relayout(place, change); });
  }
  window.addEventListener("beforeprint", function () { all(); sized({autosize: false, width: 660}); });
  window.addEventListener("afterprint", function () { sized({autosize: true, width: null}); });
  if (!("IntersectionObserver" in window)) { all(); return; }
  var seen = new IntersectionObserver(function (entries) {
    entries.forEach(function (entry) {
      if (entry.isIntersecting) { draw(entry.target.id.slice(6)); seen.unobserve(entry.target); }
    });
  }, {rootMargin: "600px"});
  Object.keys(figures).forEach(function (key) {
    var place = document.getElementById("chart-" + key);
    if (place) seen.observe(place);
  });
})();
