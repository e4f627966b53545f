package report

import (
	"crypto/sha256"
	"sync"
)

// drawn remembers pictures that have passed cleanSVG. A page is drawn anew after
// every save, and most of the time that takes is for figures that have not
// changed.
var drawn struct {
	sync.Mutex
	// young are those used since the last time that they became too many, and old
	// those used before; what is in neither is forgotten.
	young, old map[[sha256.Size]byte]picture
	size       int
}

// drawnLimit is how many bytes of pictures may be young.
const drawnLimit = 16 << 20

// rememberedSVG is cleanSVG.
func rememberedSVG(source, prefix, alt string) (picture, error) {
	h := sha256.New()
	for _, s := range []string{prefix, "\x00", alt, "\x00", source} {
		h.Write([]byte(s))
	}
	key := [sha256.Size]byte(h.Sum(nil))
	drawn.Lock()
	p, ok := drawn.young[key]
	if !ok {
		if p, ok = drawn.old[key]; ok {
			keepDrawn(key, p)
		}
	}
	drawn.Unlock()
	if ok {
		return p, nil
	}
	p, err := cleanSVG(source, prefix, alt)
	if err == nil {
		drawn.Lock()
		keepDrawn(key, p)
		drawn.Unlock()
	}
	return p, err
}

// keepDrawn keeps a picture among the young; the lock is held.
func keepDrawn(key [sha256.Size]byte, p picture) {
	if drawn.young == nil || drawn.size > drawnLimit {
		drawn.old, drawn.young, drawn.size = drawn.young, map[[sha256.Size]byte]picture{}, 0
	}
	drawn.young[key] = p
	drawn.size += len(p.svg)
}
