package store

import (
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

// MaxPage is the most items that one page may hold.
const MaxPage = 100

// Page asks for a part of a list: at most Limit items (1 to MaxPage; outside of
// that it is taken to the nearest) after the one that Cursor stands for, and
// only those that hold Query as a part, where the list can be searched.
type Page struct {
	Limit  int
	Cursor string
	Query  string
}

// List is one page and the cursor of the next one, empty at the end.
type List[T any] struct {
	Items      []T
	NextCursor string
}

func (p Page) limit() int { return min(max(p.Limit, 1), MaxPage) }

// position is where a page ended: the moment and the key of its last row. Lists
// that go by the key alone leave the moment at zero.
type position struct {
	At  instant `json:"a"`
	Key string  `json:"k"`
}

func (p position) cursor() string {
	b, err := json.Marshal(p)
	if err != nil {
		return "" // an integer and a string always marshal
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

func parseCursor(s string) (position, error) {
	var p position
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil || len(s) > 1024 || json.Unmarshal(b, &p) != nil || strings.ContainsRune(p.Key, 0) {
		return position{}, ErrCursor
	}
	return p, nil
}

// order is how a list is sorted. Both texts are written out where the list is,
// so that no column name is ever put together:
//
//	order{after: "(created_at, client_id) > (?, ?)", by: "created_at, client_id"}
//	order{after: "id > ?", by: "id", ids: true, byKey: true}
//
// ids says that keys are uuids; a cursor with another key is not of this list.
// byKey says that the list goes by the key alone.
type order struct {
	after, by  string
	ids, byKey bool
}

func (o order) from(q *gorm.DB, p position) *gorm.DB {
	if o.byKey {
		return q.Where(o.after, p.Key)
	}
	return q.Where(o.after, int64(p.At), p.Key)
}

// listPage reads one page of the rows that q selects: rows after the cursor, in
// the order given, each mapped by to, its position told by where.
func listPage[R, T any](q *gorm.DB, p Page, o order, where func(R) position, to func(R) T) (List[T], error) {
	if p.Cursor != "" {
		pos, err := parseCursor(p.Cursor)
		if err != nil {
			return List[T]{}, err
		}
		if _, err := uuid.Parse(pos.Key); o.ids && err != nil {
			return List[T]{}, ErrCursor
		}
		q = o.from(q, pos)
	}
	var rows []R
	if err := q.Order(o.by).Limit(p.limit() + 1).Find(&rows).Error; err != nil {
		return List[T]{}, translate(err)
	}
	var list List[T]
	if len(rows) > p.limit() {
		rows = rows[:p.limit()]
		list.NextCursor = where(rows[len(rows)-1]).cursor()
	}
	list.Items = make([]T, len(rows))
	for i, r := range rows {
		list.Items[i] = to(r)
	}
	return list, nil
}

// beginning is a LIKE pattern that holds for texts that begin with the prefix.
func beginning(prefix string) string { return likeLiteral(prefix) + "%" }

func likeLiteral(s string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s)
}

// containing is a LIKE pattern that holds for texts with s as a part, whatever
// s is made of. The condition reads: lower(name) LIKE ? ESCAPE '\'
func containing(s string) string {
	return "%" + likeLiteral(strings.ToLower(cleanText(s, 256))) + "%"
}
