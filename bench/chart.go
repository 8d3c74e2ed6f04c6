package main

import (
	"image/color"
	"os"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// chart shows how something depends on the number of risks.
type chart struct {
	name  string // of its file
	title string
	y     string // what is measured, with its unit
	lines []*line
}

// line is one line of a chart.
type line struct {
	name   string
	points plotter.XYs
}

// add adds a point to the line of that name.
func (c *chart) add(name string, risks int, y float64) {
	at := slices.IndexFunc(c.lines, func(l *line) bool { return l.name == name })
	if at < 0 {
		at = len(c.lines)
		c.lines = append(c.lines, &line{name: name})
	}
	c.lines[at].points = append(c.lines[at].points, plotter.XY{X: float64(risks), Y: y})
}

// colours of the lines, in order; they differ in brightness too.
func colours() []color.Color {
	return []color.Color{
		color.RGBA{0x0b, 0x52, 0x9c, 0xff}, color.RGBA{0xd9, 0x5f, 0x02, 0xff}, color.RGBA{0x1b, 0x9e, 0x77, 0xff},
		color.RGBA{0x75, 0x70, 0xb3, 0xff}, color.RGBA{0xa6, 0x1c, 0x5d, 0xff},
	}
}

// draw writes the chart as SVG. The same measurements make the same file.
func (c *chart) draw(path string) error {
	p := plot.New()
	p.Title.Text, p.Y.Label.Text, p.X.Label.Text = c.title, c.y, "risks with two timers each"
	p.Title.Padding = vg.Points(8)
	p.X.Scale, p.X.Tick.Marker, p.Y.Min = plot.LogScale{}, plot.ConstantTicks(c.ticks()), 0
	p.Legend.Top, p.Legend.Left = true, true
	p.Add(plotter.NewGrid())
	for i, l := range c.lines {
		drawn, points, err := plotter.NewLinePoints(l.points)
		if err != nil {
			return err
		}
		of := colours()[i%len(colours())]
		drawn.Color, points.Color = of, of
		drawn.Width, points.Shape = vg.Points(1.5), draw.CircleGlyph{}
		p.Add(drawn, points)
		p.Legend.Add(l.name, drawn, points)
	}
	top := p.Y.Max
	p.Y.Min, p.Y.Max = 0, top*1.35 // room for the legend
	canvas := vgsvg.NewWith(vgsvg.UseWH(16*vg.Centimeter, 8*vg.Centimeter))
	p.Draw(draw.New(canvas))
	out, err := os.Create(path)
	if err != nil {
		return err
	}
	defer out.Close()
	_, err = canvas.WriteTo(out)
	return err
}

// ticks returns one for each number of risks that was measured.
func (c *chart) ticks() []plot.Tick {
	var all []plot.Tick
	for _, l := range c.lines {
		for _, p := range l.points {
			if !slices.ContainsFunc(all, func(t plot.Tick) bool { return t.Value == p.X }) {
				all = append(all, plot.Tick{Value: p.X, Label: thousands(int64(p.X))})
			}
		}
	}
	return all
}
