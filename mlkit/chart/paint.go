package chart

import (
	"fmt"
	"image/color"
	"strconv"
)

// paint is a colour of the page: a CSS custom property with a fallback. It is
// a color.Color, so that gonum passes it through to the canvas untouched.
type paint struct {
	property string
	fallback string
	alpha    float64
}

var (
	ink   = paint{"--fig-ink", "#1a1a1a", 1}
	quiet = paint{"--fig-ink", "#1a1a1a", 0.75}
	paper = paint{"--fig-paper", "#ffffff", 1}
	grid  = paint{"--fig-grid", "#e0e0e0", 1}

	seriesPaints = []paint{
		{"--fig-1", "#0072b2", 1},
		{"--fig-2", "#b84c00", 1},
		{"--fig-3", "#00785a", 1},
		{"--fig-4", "#a3457f", 1},
		{"--fig-5", "#7a6600", 1},
		{"--fig-6", "#18768c", 1},
		{"--fig-7", "#5b55b5", 1},
		{"--fig-8", "#666666", 1},
	}
)

// maxShade is the opacity of the fullest cell of a matrix. Up to it, ink on
// the shaded cell keeps a contrast of at least 4.5 in both themes, so that
// numbers need not change colour, which no single custom property could do.
const maxShade = 0.5

func seriesPaint(i int) paint { return seriesPaints[i%len(seriesPaints)] }

func (p paint) faded(alpha float64) paint {
	p.alpha *= alpha
	return p
}

func (p paint) css() string { return fmt.Sprintf("var(%s,%s)", p.property, p.fallback) }

// RGBA implements color.Color with the fallback.
func (p paint) RGBA() (r, g, b, a uint32) {
	v, _ := strconv.ParseUint(p.fallback[1:], 16, 32)
	c := color.NRGBA{uint8(v >> 16), uint8(v >> 8), uint8(v), uint8(p.alpha*255 + 0.5)}
	return c.RGBA()
}
