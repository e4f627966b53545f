package keyphrase

import "strings"

// reportingWords are verbs, adverbs and adjectives with which papers tell what
// they do, and which are no part of what they are about. Only forms that are
// seldom nouns are among them ("shows", not "show").
var reportingWords = func() map[string]bool {
	all := map[string]bool{}
	for _, w := range strings.Fields(`
achieve achieved achieves address addressed addresses allow allowed allowing allows analyze analyzed analyzes appear appears applied
applies apply applying argue argued argues arise arises assume assumed assumes assuming available based become becomes become began
begin begins believe build builds built called carried characterize characterized choose chosen clear combine combined combines
combining compare compared compares comparing compute computed computes concerned conclude concluded concludes conducted consider
considered considering considers consist consisting consists construct constructed contain contained containing contains corresponding
create created creates creating deal deals defined defines demonstrate demonstrated demonstrates demonstrating depend depending depends
derive derived derives describe described describes describing determine determined determines determining develop developed developing
develops different difficult discuss discussed discusses employ employed employs enable enabled enables enabling ensure ensures
essential establish established evaluate evaluated evaluates evaluating examine examined examines examining exhibit exhibits exist
existing exists explain explained explains explore explored explores extend extended extends find finding finds focus focused focuses
follow followed following follows found gave generate generated generates get gets give given gives giving good great helps high
identify identified identifies illustrate illustrated illustrates implement implemented implements imply implies important improve
improved improves improving include included includes including increase increased increases increasing indicate indicated indicates
interesting introduce introduced introduces introducing introduces investigate investigated investigates investigating involve involved
involves involving keep know known lead leading leads led like likely look make makes making mean means measured modify modified need
needed needs new novel obtain obtained obtaining obtains occur occurred occurs offer offered offers perform performed performing
performs play plays possible predicted present presented presenting presents produce produced produces producing propose proposed
proposes proposing prove proved proven proves provide provided provides providing range recent receive received recent reduce reduced
reduces reducing relate related remain remains report reported reports represent represented represents require required requires
requiring respective result resulted resulting results reveal revealed reveals review reviewed reviews satisfy satisfies seem seems
select selected serve serves show showed showing shown shows significant similar simulated solve solved solves solving studied studies
study suggest suggested suggests support supported supports take taken takes taking tend tested transform understand unlike use used
useful uses using useful usual utilize utilized utilizes utilizing various verified verify want way ways work works yield yields
aim aimed aims attempt attempts author authors paper papers article articles approach approaches main major number numbers order
problem problems question questions case cases example examples effect effects issue issues kind type types set sets`) {
		all[w] = true
	}
	// Nouns of that sort may be a part of a phrase.
	for _, w := range strings.Fields(`approach approaches problem problems set sets effect effects type types case cases number range order result support review study work present`) {
		delete(all, w)
	}
	return all
}()
