"""Curves as SVG that reads on light and dark pages alike: of a training, and of measures.

`training_charts` turns histories into charts; a chart holds its picture, a sentence that says
what it shows, and its numbers for whoever wants to read them off.
"""

from ganvae.plots.chart import Chart, Line
from ganvae.plots.measures import Curve, histogram_chart, spectrum_chart
from ganvae.plots.training import Run, training_charts

__all__ = [
    "Chart",
    "Curve",
    "Line",
    "Run",
    "histogram_chart",
    "spectrum_chart",
    "training_charts",
]
