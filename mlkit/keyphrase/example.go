package keyphrase

import (
	"viva/mlkit/data"
)

// example is a document with what an indexer gave it, and nothing learned.
type example struct {
	doc *document
	// gold says of each candidate whether it is a keyphrase.
	gold []bool
	// phrases are the keyphrases, each as the keys of its spellings.
	phrases [][]string
	// group and collection are where it comes from.
	group, collection string
	origin            origin
}

// newExample prepares a document of a collection. One without a group is a group
// of its own.
func newExample(doc data.Document, collection string) *example {
	e := &example{doc: prepare(doc), phrases: goldOf(doc), collection: collection}
	if doc.Group != "" {
		e.group = collection + " group " + doc.Group
	} else {
		e.group = collection + " document " + doc.Split + "/" + doc.ID
	}
	e.mark()
	return e
}

// mark tells which candidates are keyphrases.
func (e *example) mark() {
	keys := map[string]bool{}
	for _, spellings := range e.phrases {
		for _, k := range spellings {
			keys[k] = true
		}
	}
	e.gold = make([]bool, len(e.doc.candidates))
	for i := range e.gold {
		e.gold[i] = keys[e.doc.key(&e.doc.candidates[i])]
	}
}
