package report

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"path"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// isRelative reports whether a link's target has neither scheme nor host nor a
// rooted path.
func isRelative(target string) bool {
	u, err := url.Parse(target)
	return err == nil && u.Scheme == "" && u.Host == "" && u.Path != "" && !strings.HasPrefix(u.Path, "/")
}

// readPicture reads a picture that the prose names, and says what is wrong in
// words that fit into the page.
func (o Options) readPicture(target string) (data []byte, mediaType, problem string) {
	u, err := url.Parse(target)
	if err != nil || !isRelative(target) {
		return nil, "", "not a path relative to the notebook"
	}
	if o.ReadFile == nil {
		return nil, "", "pictures cannot be read here"
	}
	data, err = o.ReadFile(path.Clean(u.Path))
	if err != nil {
		return nil, "", err.Error()
	}
	if mediaType = pictureType(u.Path, data); mediaType == "" {
		return nil, "", "not a PNG, JPEG, GIF, WebP, AVIF or SVG picture"
	}
	return data, mediaType, ""
}

func pictureType(name string, data []byte) string {
	switch t := http.DetectContentType(data); t {
	case "image/png", "image/jpeg", "image/gif", "image/webp", "image/avif":
		return t
	}
	if strings.EqualFold(path.Ext(name), ".svg") {
		return "image/svg+xml"
	}
	if len(data) > 12 && string(data[4:12]) == "ftypavif" {
		return "image/avif"
	}
	return ""
}

// image embeds a picture. One from another host becomes a link, since the page
// makes no request; a missing one leaves a visible remark.
func (p *page) image(parent, n *html.Node) {
	src, alt := attr(n, "src"), attr(n, "alt")
	if strings.HasPrefix(src, "data:") {
		return
	}
	if u, err := url.Parse(src); err == nil && (u.Scheme == "http" || u.Scheme == "https" || u.Host != "") {
		text := alt
		if text == "" {
			text = src
		}
		n.Data, n.DataAtom, n.Attr = "a", atom.A, []html.Attribute{{Key: "href", Val: src}}
		n.AppendChild(&html.Node{Type: html.TextNode, Data: "picture: " + text})
		return
	}
	data, mediaType, problem := p.opt.readPicture(src)
	if problem != "" {
		n.Data, n.DataAtom, n.Attr = "span", atom.Span, []html.Attribute{{Key: "class", Val: "missing"}}
		text := "⚠ missing picture " + src + ": " + problem
		if alt != "" {
			text += " (" + alt + ")"
		}
		n.AppendChild(&html.Node{Type: html.TextNode, Data: text})
		return
	}
	setAttr(n, "src", "data:"+mediaType+";base64,"+base64.StdEncoding.EncodeToString(data))
}
