package keyphrase

import "strings"

// functionWords are English words that a keyphrase neither begins nor ends
// with: articles, prepositions, pronouns, auxiliaries, conjunctions and adverbs
// of the same kind. Words that name something are not among them, as they are
// in lists for search ("system", "computer", "cry").
var functionWords = func() map[string]bool {
	all := map[string]bool{}
	for _, w := range strings.Fields(`
a about above across after afterwards again against all almost alone along already also although always am among amongst an and
another any anyhow anyone anything anyway anywhere are aren't around as at away be became because become becomes becoming been
before beforehand being below beside besides between beyond both but by can can't cannot could couldn't did didn't do does
doesn't doing don't done down due during each e.g eg either else elsewhere enough etc even ever every everyone everything
everywhere except few fewer for former from further furthermore had has hasn't have haven't having he hence her here hereby
herein hers herself him himself his how however i i.e ie if in indeed instead into is isn't it it's its itself just last latter
least less lot made many may maybe me meanwhile might mine more moreover most mostly much must my myself namely neither never
nevertheless next no nobody none nor not nothing now nowhere of off often on once one ones only onto or other others otherwise
ought our ours ourselves out over own per perhaps quite rather really s same several shall she should since so some somehow
someone something sometimes somewhere still such than that that's the their theirs them themselves then thence there thereafter
thereby therefore therein thereof these they this those though through throughout thus to together too toward towards under
unless until unto up upon us very via was wasn't we well were weren't what whatever when whenever where whereas whereby wherein
whereupon wherever whether which whichever while who whoever whole whom whose why will with within without won't would wouldn't
yet you your yours yourself yourselves
et al`) {
		all[w] = true
	}
	return all
}()
