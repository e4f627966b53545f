package preview

import (
	"crypto/subtle"
	"net/http"
	"strings"
)

// cookie is the name of the cookie that lets a browser in. It ends with the
// browser, and means nothing to another server.
const cookie = "viva-live"

// headers are those of every answer. Scripts and styles are files of the
// program's own; styles within figures stand in attributes.
var headers = map[string]string{
	"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src-elem 'self'; style-src-attr 'unsafe-inline'; img-src data:; " +
		"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
	"X-Content-Type-Options":       "nosniff",
	"Referrer-Policy":              "no-referrer",
	"X-Frame-Options":              "DENY",
	"Cross-Origin-Opener-Policy":   "same-origin",
	"Cross-Origin-Resource-Policy": "same-origin",
	"Cache-Control":                "no-store",
}

// gate stands in front of every route and lets nobody through but a browser
// that was given the token, asking under this machine's own name, from a page
// of this server.
func (s *Server) gate() http.Handler {
	mux := http.NewServeMux()
	for _, r := range s.routes {
		mux.HandleFunc(r.method+" "+r.pattern, r.handle)
	}
	foreign := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, value := range headers {
			w.Header().Set(name, value)
		}
		if !s.hosts[strings.ToLower(r.Host)] {
			http.Error(w, "this server answers under its own address only", http.StatusForbidden)
			return
		}
		if err := foreign.Check(r); err != nil {
			http.Error(w, "a request from a foreign page", http.StatusForbidden)
			return
		}
		// A page that somebody else's page opened in a frame or fetched is none of
		// its business either; a link may lead here.
		if site := r.Header.Get("Sec-Fetch-Site"); site == "cross-site" && r.Header.Get("Sec-Fetch-Mode") != "navigate" {
			http.Error(w, "a request from a foreign page", http.StatusForbidden)
			return
		}
		if token := r.URL.Query().Get("token"); token != "" && r.Method == http.MethodGet {
			if !equal(token, s.token) {
				s.refuse(w)
				return
			}
			http.SetCookie(w, &http.Cookie{Name: cookie, Value: s.session, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode})
			// The address without the token is the one that stays in the browser's
			// history.
			clean := *r.URL
			q := clean.Query()
			q.Del("token")
			clean.RawQuery, clean.Host, clean.Scheme = q.Encode(), "", ""
			http.Redirect(w, r, "/"+strings.TrimLeft(clean.String(), "/"), http.StatusSeeOther)
			return
		}
		if c, err := r.Cookie(cookie); err != nil || !equal(c.Value, s.session) {
			s.refuse(w)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

func (s *Server) refuse(w http.ResponseWriter) {
	http.Error(w, "open the address that run watch printed; it lets this browser in", http.StatusForbidden)
}
