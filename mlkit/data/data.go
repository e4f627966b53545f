// Package data reads text corpora and holds them: documents with what is known
// about them, such as class, group, domain, split, author, time, keyphrases,
// entities and relations. Open reads tables, folders, archives, and the formats
// in which the public sets for its tasks are published; a sample corpus is built
// in.
//
// A Corpus never changes; selecting and mapping give new ones. Its fingerprint
// names its content, so that a report can say on which data a number rests.
//
// The package does not judge the data (package leak does) and does not repair
// it (package prepare does). It downloads nothing.
package data

import (
	"strings"
	"time"
)

// The names of splits. A document outside every split has the split "".
const (
	Train      = "train"
	Validation = "validation"
	Test       = "test"
)

// Document is one text with what is known about it. Only Text is always
// there; an unknown property is empty.
type Document struct {
	// ID names the document. It is unique within its split; a document that
	// is in two splits has the same ID in both.
	ID string `json:"id"`
	// Text is the whole text, in UTF-8. A message begins with its headers.
	Text  string `json:"text"`
	Title string `json:"title,omitempty"`
	// Label is the class to be predicted.
	Label string `json:"label,omitempty"`
	// Labels are all classes of a document that may have several. Label is
	// then the only one, or "" where there are none or several.
	Labels []string `json:"labels,omitempty"`
	// Group names what documents are cut from: an article, a thread, an
	// author. Documents of one group must not be torn apart by a split.
	Group string `json:"group,omitempty"`
	// Domain is the subject.
	Domain string `json:"domain,omitempty"`
	// Split is Train, Validation, Test or "".
	Split string `json:"split,omitempty"`
	// Author is who wrote it, and Time when, as far as is known.
	Author string    `json:"author,omitempty"`
	Time   time.Time `json:"time,omitzero"`
	// Keyphrases are the phrases that an indexer gave to the document.
	Keyphrases []string `json:"keyphrases,omitempty"`
	// Alternatives, if there are any, has for each of Keyphrases its other
	// spellings: whoever finds one of them has found the phrase.
	Alternatives [][]string `json:"alternatives,omitempty"`
	// Stemmed says that the words of the keyphrases are their Porter stems, in
	// lower case, as some sets publish them: compare stems with them.
	Stemmed bool `json:"stemmed,omitempty"`
	// Entities are pieces of the text that are marked with a type.
	Entities []Entity `json:"entities,omitempty"`
	// Relations are relations between terms that the text states.
	Relations []Relation `json:"relations,omitempty"`
	// Message says that Text is an e-mail or Usenet message whose headers end
	// at the first blank line.
	Message bool `json:"message,omitempty"`
}

// Entity is a piece of the text with a type, such as Material or Task.
type Entity struct {
	Type string `json:"type"`
	Span
}

// Relation says that Head stands in a relation to Tail: "rift causes
// earthquake" has the head "rift", the type "causes" and the tail
// "earthquake".
type Relation struct {
	Type string `json:"type"`
	Head Span   `json:"head"`
	Tail Span   `json:"tail"`
}

// Span is a piece of a document's text: Text == Document.Text[Start:End], in
// bytes.
type Span struct {
	Text  string `json:"text"`
	Start int    `json:"start"`
	End   int    `json:"end"`
}

// Body returns the text that a person wrote: for a message what follows the
// first blank line, else the whole text.
func (d Document) Body() string {
	if !d.Message {
		return d.Text
	}
	_, body := cutHeaders(d.Text)
	return body
}

// Words returns the number of words of the text, cut at white space.
func (d Document) Words() int {
	n := 0
	for range strings.FieldsSeq(d.Text) {
		n++
	}
	return n
}
