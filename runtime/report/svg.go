package report

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
)

const svgSpace = "http://www.w3.org/2000/svg"

func set(names string) map[string]bool {
	m := map[string]bool{}
	for _, n := range strings.Fields(names) {
		m[n] = true
	}
	return m
}

var (
	svgElements = set(`svg g path rect circle ellipse line polyline polygon text tspan title desc
		defs clipPath mask pattern marker symbol use linearGradient radialGradient stop`)
	svgAttributes = set(`id viewBox preserveAspectRatio width height x y x1 y1 x2 y2 cx cy r rx ry fx fy dx dy d
		points transform rotate textLength lengthAdjust pathLength offset
		fill fill-opacity fill-rule stroke stroke-opacity stroke-width stroke-linecap stroke-linejoin
		stroke-miterlimit stroke-dasharray stroke-dashoffset paint-order vector-effect opacity color
		stop-color stop-opacity clip-path clip-rule mask marker-start marker-mid marker-end
		markerWidth markerHeight markerUnits refX refY orient clipPathUnits maskUnits maskContentUnits
		patternUnits patternContentUnits patternTransform gradientUnits gradientTransform spreadMethod
		font-family font-size font-style font-weight font-variant text-anchor dominant-baseline
		alignment-baseline baseline-shift letter-spacing word-spacing text-decoration writing-mode
		display visibility shape-rendering text-rendering href style role aria-label aria-hidden`)
	// svgStyles are the properties that a style attribute may set besides the
	// attributes above.
	svgStyles = set(`max-width min-width max-height height width font`)

	ownReference = regexp.MustCompile(`^url\(\s*['"]?#([A-Za-z_][\w.:-]*)['"]?\s*\)$`)
	ownTarget    = regexp.MustCompile(`^#([A-Za-z_][\w.:-]*)$`)
	goodID       = regexp.MustCompile(`^[A-Za-z_][\w.:-]*$`)
)

// picture is an SVG that has passed the allow-list.
type picture struct {
	// svg is the element, without an XML declaration.
	svg string
	// width and height are the viewBox's, 0 where there is none.
	width, height float64
}

// cleanSVG keeps of an SVG what draws: no script, no foreign elements, no event
// attributes, nothing fetched. Every id gets the prefix, so that two figures on
// a page cannot take each other's gradients. Alt becomes the picture's name for
// those who cannot see it.
func cleanSVG(source, prefix, alt string) (picture, error) {
	d := xml.NewDecoder(strings.NewReader(source))
	var (
		p     picture
		out   strings.Builder
		depth int
		skip  int
		done  bool
	)
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return picture{}, fmt.Errorf("the figure's SVG is not well-formed XML: %w", err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if skip > 0 || done || !svgElement(t.Name) {
				skip++
				continue
			}
			if depth == 0 && t.Name.Local != "svg" {
				return picture{}, fmt.Errorf("the figure's SVG begins with <%s>, not with <svg>", t.Name.Local)
			}
			out.WriteString("<" + t.Name.Local)
			if depth == 0 {
				p.width, p.height = svgRoot(&out, t.Attr, alt)
			}
			for _, a := range t.Attr {
				if depth == 0 && rootAttribute[a.Name.Local] {
					continue
				}
				if name, value, ok := svgAttribute(a, prefix); ok {
					out.WriteString(" " + name + `="` + xmlText(value) + `"`)
				}
			}
			out.WriteString(">")
			depth++
		case xml.EndElement:
			if skip > 0 {
				skip--
				continue
			}
			out.WriteString("</" + t.Name.Local + ">")
			depth--
			done = depth == 0
		case xml.CharData:
			if skip == 0 && depth > 0 {
				out.WriteString(xmlText(string(t)))
			}
		}
	}
	if !done {
		return picture{}, errors.New("the figure's SVG has no <svg> element")
	}
	p.svg = out.String()
	return p, nil
}

func svgElement(n xml.Name) bool {
	return svgElements[n.Local] && (n.Space == "" || n.Space == svgSpace)
}

// rootAttribute are attributes of the outermost element that svgRoot writes.
var rootAttribute = set("xmlns role aria-label aria-hidden viewBox id display visibility")

func svgRoot(out *strings.Builder, attrs []xml.Attr, alt string) (width, height float64) {
	var box, label, w, h string
	for _, a := range attrs {
		if a.Name.Space != "" {
			continue
		}
		switch a.Name.Local {
		case "viewBox":
			box = a.Value
		case "aria-label":
			label = a.Value
		case "width":
			w = a.Value
		case "height":
			h = a.Value
		}
	}
	var x, y float64
	if n, _ := fmt.Sscan(strings.ReplaceAll(box, ",", " "), &x, &y, &width, &height); n != 4 {
		x, y, width, height = 0, 0, 0, 0
		n1, _ := fmt.Sscan(strings.TrimSuffix(w, "px"), &width)
		n2, _ := fmt.Sscan(strings.TrimSuffix(h, "px"), &height)
		if n1+n2 != 2 || strings.HasSuffix(w, "%") {
			width, height = 0, 0
		}
	}
	if alt == "" {
		alt = label
	}
	fmt.Fprintf(out, ` xmlns="%s" role="img"`, svgSpace)
	if width > 0 && height > 0 {
		fmt.Fprintf(out, ` viewBox="%g %g %g %g"`, x, y, width, height)
	}
	if alt != "" {
		out.WriteString(` aria-label="` + xmlText(alt) + `"`)
	}
	return width, height
}

func svgAttribute(a xml.Attr, prefix string) (name, value string, ok bool) {
	name, value = a.Name.Local, strings.TrimSpace(a.Value)
	if a.Name.Space != "" && !(name == "href" && strings.Contains(a.Name.Space, "xlink")) || !svgAttributes[name] {
		return "", "", false
	}
	switch name {
	case "id":
		return name, prefix + value, goodID.MatchString(value)
	case "href":
		m := ownTarget.FindStringSubmatch(value)
		if m == nil {
			return "", "", false
		}
		return name, "#" + prefix + m[1], true
	case "style":
		value = svgStyle(value, prefix)
		return name, value, value != ""
	}
	value, ok = svgValue(value, prefix)
	return name, value, ok
}

// svgValue refuses a value that would fetch something, and moves a reference
// into the figure to its prefixed id.
func svgValue(value, prefix string) (string, bool) {
	if m := ownReference.FindStringSubmatch(value); m != nil {
		return "url(#" + prefix + m[1] + ")", true
	}
	lower := strings.ToLower(value)
	for _, bad := range []string{"url(", "image(", "image-set(", "src(", "expression(", "@import", "\\", "javascript:", "/*"} {
		if strings.Contains(lower, bad) {
			return "", false
		}
	}
	return value, true
}

func svgStyle(style, prefix string) string {
	var kept []string
	for _, declaration := range strings.Split(style, ";") {
		property, value, found := strings.Cut(declaration, ":")
		property = strings.ToLower(strings.TrimSpace(property))
		if !found || property == "href" || property == "style" || property == "id" || !svgAttributes[property] && !svgStyles[property] {
			continue
		}
		if value, ok := svgValue(strings.TrimSpace(value), prefix); ok {
			kept = append(kept, property+":"+value)
		}
	}
	return strings.Join(kept, ";")
}

// xmlText escapes text for both XML and HTML.
func xmlText(s string) string { return xmlEscapes.Replace(s) }

var xmlEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#39;")
