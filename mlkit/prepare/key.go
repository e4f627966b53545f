package prepare

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"viva/internal/nearest"
	"viva/mlkit/data"
)

// Key is a property that documents share: a field, a part of one, or what a
// function makes of a document. A document for which it is empty shares nothing.
type Key struct {
	// Field is "id", "title", "thread" (the title without "Re:" and the like,
	// in small letters), "label", "group", "domain", "author", "split", "time"
	// or "text".
	Field string `json:",omitempty"`
	// Pattern, if any, is a regular expression (package regexp) that is looked
	// for in the field: the key is its first group, or else all that it
	// matches; without a match there is none. Field "text" needs one.
	Pattern string `json:",omitempty"`
	// Before cuts the value at the first occurrence of this text: with "." the
	// label comp.graphics gives comp.
	Before string `json:",omitempty"`
	// Bucket cuts time into years ("year"), "month", "day" or "hour", in UTC;
	// "" means day.
	Bucket string `json:",omitempty"`
	// Ignore are values that say nothing, such as "anonymous". Capital letters
	// do not matter.
	Ignore []string `json:",omitempty"`
	// Rule computes the key in place of a field. It is called once for every
	// document, in their order, and is not written into recipes: Name stands
	// for it there.
	Rule func(data.Document) string `json:"-"`
	// Name is what the key is called; "" means a name made of the above.
	Name string `json:",omitempty"`
}

var (
	keyFields = []string{"id", "title", "thread", "label", "group", "domain", "author", "split", "time", "text"}
	buckets   = map[string]string{"year": "2006", "month": "2006-01", "day": "2006-01-02", "hour": "2006-01-02 15h"}
	reply     = regexp.MustCompile(`^(?:(?:re|fwd?|aw|sv)[\^\[\]()0-9]*:\s*)+`)
)

// label is the key's name for people.
func (k Key) label() string {
	if k.Name != "" {
		return k.Name
	}
	name := k.Field
	if k.Bucket != "" {
		name = k.Bucket
	}
	if k.Pattern != "" {
		name += " /" + k.Pattern + "/"
	}
	if k.Before != "" {
		name += fmt.Sprintf(" before %q", k.Before)
	}
	return name
}

// filled checks the key and spells out its defaults. Option is where it stands.
func (k Key) filled(option string) (Key, error) {
	k.Ignore = slices.Clone(k.Ignore)
	if len(k.Ignore) == 0 {
		k.Ignore = nil
	}
	if k.Rule != nil {
		if k.Field != "" || k.Pattern != "" || k.Before != "" || k.Bucket != "" {
			return k, fmt.Errorf("prepare: %s has a Rule and a Field, Pattern, Before or Bucket: use one or the other", option)
		}
		if k.Name == "" {
			return k, fmt.Errorf("prepare: %s has a Rule without a Name: name it, for recipes and reports", option)
		}
		return k, nil
	}
	if k.Field == "" && k.Name != "" {
		return k, fmt.Errorf("prepare: %s is the rule %q, which is code and is not in a recipe's file: give it with Recipe.WithRule", option, k.Name)
	}
	if !slices.Contains(keyFields, k.Field) {
		hint := ""
		if near := nearest.Name(k.Field, keyFields); near != "" {
			hint = fmt.Sprintf("; did you mean %q?", near)
		}
		return k, fmt.Errorf("prepare: %s.Field is %q: use one of %s%s", option, k.Field, strings.Join(keyFields, ", "), hint)
	}
	if _, err := regexp.Compile(k.Pattern); err != nil {
		return k, fmt.Errorf("prepare: %s.Pattern: %w", option, err)
	}
	if k.Field == "text" && k.Pattern == "" {
		return k, fmt.Errorf("prepare: %s is the text, which needs a Pattern to look for", option)
	}
	if k.Field == "time" && k.Bucket == "" {
		k.Bucket = "day"
	}
	if k.Bucket != "" && (k.Field != "time" || buckets[k.Bucket] == "") {
		return k, fmt.Errorf("prepare: %s.Bucket is %q on the field %q: use year, month, day or hour, on time", option, k.Bucket, k.Field)
	}
	return k, nil
}

// values returns the key of every document.
func (k Key) values(c *data.Corpus) []string {
	var pattern *regexp.Regexp
	if k.Pattern != "" {
		pattern = regexp.MustCompile(k.Pattern)
	}
	ignored := map[string]bool{}
	for _, v := range k.Ignore {
		ignored[folded(v)] = true
	}
	out := make([]string, c.Len())
	for row := range out {
		d := c.At(row)
		v := ""
		if k.Rule != nil {
			v = k.Rule(d)
		} else {
			v = k.field(d)
		}
		if pattern != nil {
			m := pattern.FindStringSubmatch(v)
			switch {
			case m == nil:
				v = ""
			case len(m) > 1:
				v = m[1]
			default:
				v = m[0]
			}
		}
		if k.Before != "" {
			v, _, _ = strings.Cut(v, k.Before)
		}
		if v = strings.TrimSpace(v); !ignored[folded(v)] {
			out[row] = v
		}
	}
	return out
}

func (k Key) field(d data.Document) string {
	switch k.Field {
	case "id":
		return d.ID
	case "title":
		return d.Title
	case "thread":
		return reply.ReplaceAllString(folded(d.Title), "")
	case "label":
		return d.Label
	case "group":
		return d.Group
	case "domain":
		return d.Domain
	case "author":
		return d.Author
	case "split":
		return d.Split
	case "time":
		if d.Time.IsZero() {
			return ""
		}
		return d.Time.UTC().Format(buckets[k.Bucket])
	}
	return d.Text
}

// folded is the form in which keys are compared: small letters, single spaces.
func folded(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }
