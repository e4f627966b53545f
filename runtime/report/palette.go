package report

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
)

// colour is a custom property of the page's style sheet with its values on a
// light and a dark page.
type colour struct{ name, light, dark string }

var colourLine = regexp.MustCompile(`(?m)^\s*(--[a-z0-9-]+):\s*light-dark\((#[0-9a-f]{6}),\s*(#[0-9a-f]{6})\);`)

// palette reads the colours from the style sheet, so that a picture that
// stands alone has those of the page.
var palette = sync.OnceValue(func() []colour {
	var all []colour
	for _, m := range colourLine.FindAllStringSubmatch(string(pageAssets().css), -1) {
		all = append(all, colour{m[1], m[2], m[3]})
	}
	return all
})

// standalone is a figure as a file of its own: it brings the colours that the
// page would give it, follows the reader's light or dark setting, and has a
// size.
func standalone(p picture) string {
	var light, dark strings.Builder
	for _, c := range palette() {
		if strings.HasPrefix(c.name, "--fig-") {
			light.WriteString(c.name + ":" + c.light + ";")
			dark.WriteString(c.name + ":" + c.dark + ";")
		}
	}
	open := strings.IndexByte(p.svg, '>') + 1
	size := ""
	if p.width > 0 && p.height > 0 && !strings.Contains(p.svg[:open], ` height="`) {
		// An <img> takes its size from here; a width of 100% would fill the column.
		size = fmt.Sprintf(` height="%g"`, p.height)
	}
	head := strings.Replace(p.svg[:open-1], ` width="100%"`, fmt.Sprintf(` width="%g"`, p.width), 1)
	return head + size + ">\n<style>:root{" + light.String() + "}@media(prefers-color-scheme:dark){:root{" + dark.String() + "}}</style>" +
		p.svg[open:] + "\n"
}
