package chart

import (
	"math"

	"gonum.org/v1/plot/vg"
)

// cells is a grid of shaded cells between row and column labels: what a
// confusion matrix and a heat map share. It is laid out by hand, since it has
// no axes to scale.
type cells struct {
	title          string
	rows, columns  []string
	rowsName       string
	columnsName    string
	cell           func(i, j int) cellLook
	rowNote        []string // right of the rows, may be nil
	rowNoteName    string
	columnNote     []string // below the columns, may be nil
	columnNoteName string
}

// cellLook is how a cell looks.
type cellLook struct {
	text  string
	tip   string
	paint paint
	shade float64 // 0..1
	bold  bool
}

// cellSize returns the height of a cell that suits their number.
func cellSize(n int) float64 {
	switch {
	case n <= 6:
		return 38
	case n <= 10:
		return 32
	case n <= 16:
		return 28
	case n <= 25:
		return 25
	}
	return 14
}

func (g cells) draw(alt string) (string, error) {
	n, m := len(g.rows), len(g.columns)
	height := cellSize(max(n, m))
	rowSize, width := tickSize, height
	if height < 20 {
		rowSize = 9.5
	}
	textSize := math.Min(tickSize, height*0.44)
	rowLabels := g.labels(g.rows, rowSize, 200)
	left := widest(rowLabels, rowSize) + 8
	if g.columnNote != nil {
		left = math.Max(left, measure(g.columnNoteName, rowSize)+8)
	}
	if g.rowsName != "" {
		left = math.Max(left, measure(g.rowsName, tickSize)+8)
	}
	noteWidth := 0.0
	if g.rowNote != nil {
		noteWidth = widest(append([]string{g.rowNoteName}, g.rowNote...), textSize) + 14
	}
	// Few cells grow wider than high to fill the picture.
	width = math.Max(width, math.Min(height*1.9, (nominalWidth-left-noteWidth)/float64(m)))
	widestText := 0.0
	for i := range n {
		for j := range m {
			widestText = math.Max(widestText, measure(g.cell(i, j).text, textSize))
		}
	}
	if height >= 20 {
		width = math.Max(width, widestText+6)
	}

	columnLabels := g.labels(g.columns, rowSize, 180)
	turned := widest(columnLabels, rowSize) > width-4
	head, over := rowSize+8, 0.0
	if turned {
		head = widest(columnLabels, rowSize)*math.Sqrt2/2 + 14
		// A turned label leans out to the right of its column.
		for j, l := range columnLabels {
			lean := measure(l, rowSize)*math.Sqrt2/2 + 8
			over = math.Max(over, lean-(float64(m-1-j)+0.5)*width)
		}
	}
	if g.columnsName != "" {
		head += 20
	}
	top := head
	if g.title != "" {
		top += 24
	}
	bottom := 2.0
	if g.columnNote != nil {
		bottom = height*0.8 + 4
	}
	w := math.Max(nominalWidth, left+float64(m)*width+math.Max(over, noteWidth)+2)
	s := newSVG(w, top+float64(n)*height+bottom)
	if g.title != "" {
		s.write(words{text: fit(oneLine(g.title), titleSize, w), y: vg.Points(s.h - titleSize - 1), size: titleSize, bold: true, paint: ink})
	}
	x := func(j int) float64 { return left + float64(j)*width }
	y := func(i int) float64 { return s.h - top - float64(i)*height }

	gridTop := y(0)
	if g.columnsName != "" {
		s.write(words{text: oneLine(g.columnsName) + " →", x: vg.Points(left), y: vg.Points(gridTop + head - 12), size: tickSize, paint: quiet})
	}
	if g.rowsName != "" {
		s.write(words{text: oneLine(g.rowsName) + " ↓", x: vg.Points(left - 7), y: vg.Points(gridTop + 6), size: tickSize, paint: quiet, anchor: "end"})
	}
	for j, l := range columnLabels {
		lw := words{text: l, x: vg.Points(x(j) + width/2), y: vg.Points(gridTop + 6), size: rowSize, paint: ink, anchor: "middle"}
		if turned {
			lw.anchor, lw.turn, lw.x = "", -45, lw.x+vg.Points(rowSize*0.3)
		}
		g.write(s, lw, g.columns[j])
	}
	// The grid's colour lets empty cells be seen.
	s.box(vg.Rectangle{Min: vg.Point{X: vg.Points(left), Y: vg.Points(y(n))}, Max: vg.Point{X: vg.Points(x(m)), Y: vg.Points(y(0))}}, grid.faded(0.35))
	var seams vg.Path
	for i := 1; i < n; i++ {
		seams.Move(vg.Point{X: vg.Points(left), Y: vg.Points(y(i))})
		seams.Line(vg.Point{X: vg.Points(x(m)), Y: vg.Points(y(i))})
	}
	for j := 1; j < m; j++ {
		seams.Move(vg.Point{X: vg.Points(x(j)), Y: vg.Points(y(0))})
		seams.Line(vg.Point{X: vg.Points(x(j)), Y: vg.Points(y(n))})
	}
	s.SetColor(paper)
	s.SetLineWidth(vg.Points(1))
	s.Stroke(seams)
	for i, l := range rowLabels {
		middle := y(i) - height/2
		g.write(s, words{text: l, x: vg.Points(left - 7), y: vg.Points(middle - rowSize*0.35), size: rowSize, paint: ink, anchor: "end"}, g.rows[i])
		for j := range m {
			c := g.cell(i, j)
			r := vg.Rectangle{Min: vg.Point{X: vg.Points(x(j) + 0.5), Y: vg.Points(y(i+1) + 0.5)}, Max: vg.Point{X: vg.Points(x(j+1) - 0.5), Y: vg.Points(y(i) - 0.5)}}
			if c.shade == 0 && c.text == "" {
				continue
			}
			s.titled(c.tip, func() {
				if c.shade > 0 {
					s.box(r, c.paint.faded(c.shade*maxShade))
				}
				if c.text != "" && measure(c.text, textSize) <= width-1 {
					s.write(words{text: c.text, x: vg.Points(x(j) + width/2), y: vg.Points(middle - textSize*0.35), size: textSize, paint: ink, anchor: "middle", bold: c.bold})
				}
			})
		}
		if g.rowNote != nil {
			s.write(words{text: g.rowNote[i], x: vg.Points(x(m) + noteWidth - 2), y: vg.Points(middle - textSize*0.35), size: textSize, paint: quiet, anchor: "end"})
		}
	}
	if g.rowNote != nil {
		lw := words{text: g.rowNoteName, x: vg.Points(x(m) + noteWidth - 2), y: vg.Points(gridTop + 6), size: textSize, paint: quiet, anchor: "end"}
		if over > 0 {
			// Leaning labels would run into the heading; it goes below.
			lw.y = vg.Points(y(n) - height*0.6)
		}
		s.write(lw)
	}
	if g.columnNote != nil {
		below := vg.Points(y(n) - height*0.6)
		s.write(words{text: g.columnNoteName, x: vg.Points(left - 7), y: below, size: rowSize, paint: quiet, anchor: "end"})
		for j, t := range g.columnNote {
			s.write(words{text: t, x: vg.Points(x(j) + width/2), y: below, size: textSize, paint: quiet, anchor: "middle"})
		}
	}
	return s.finish(alt)
}

// write writes a label; one that had to be cut carries the whole as a tooltip.
func (g cells) write(s *svg, w words, whole string) {
	if w.text == whole {
		s.write(w)
		return
	}
	s.titled(whole, func() { s.write(w) })
}

func (g cells) labels(labels []string, size, room float64) []string {
	out := make([]string, len(labels))
	for i, l := range labels {
		out[i] = fit(l, size, room)
	}
	return out
}
