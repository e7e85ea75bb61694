package load

// Kind is the shape of a node.
type Kind int

const (
	// Map is a number of keys with values.
	Map Kind = iota + 1
	// List is a number of items.
	List
	// Scalar is text, a number or a boolean.
	Scalar
	// Null is no value: nothing after the key, ~ or null.
	Null
)

// String returns the kind as error messages name it.
func (k Kind) String() string {
	switch k {
	case Map:
		return "a map"
	case List:
		return "a list"
	case Scalar:
		return "text"
	default:
		return "nothing"
	}
}

// Node is a value and where it was written. Nodes are shared between trees:
// treat them as read-only.
type Node struct {
	Kind Kind
	// File is the name that Parse was given.
	File string
	// Line and Column count from 1, columns in characters; 0 is unknown.
	Line, Column int
	// Entries of a Map, in source order.
	Entries []Entry
	// Items of a List.
	Items []*Node
	// Value is the text of a Scalar as meant: unescaped, block scalars folded.
	// For Null it is the text as written: empty, ~ or null.
	Value string
	// Plain says that a Scalar was written without quotes, so that its type is
	// open to interpretation.
	Plain bool
}

// Entry is one key of a map and its value. The key is in the value's file.
type Entry struct {
	Key string
	// KeyLine and KeyColumn count from 1; 0 is unknown.
	KeyLine, KeyColumn int
	// KeyPlain says that the key was written without quotes.
	KeyPlain bool
	Value    *Node
}

// Get returns the value of a key, or nil when the node is nil, no map, or has
// no such key.
func (n *Node) Get(key string) *Node {
	if n == nil {
		return nil
	}
	for _, e := range n.Entries {
		if e.Key == key {
			return e.Value
		}
	}
	return nil
}

// Any returns the value as map[string]any, []any, string, bool, int64, float64
// or nil. Plain scalars are read by the core rules of YAML 1.2; a decimal number
// that int64 cannot hold becomes a float64. A nil node is nil.
func (n *Node) Any() any {
	if n == nil {
		return nil
	}
	switch n.Kind {
	case Map:
		m := make(map[string]any, len(n.Entries))
		for _, e := range n.Entries {
			m[e.Key] = e.Value.Any()
		}
		return m
	case List:
		l := make([]any, len(n.Items))
		for i, item := range n.Items {
			l[i] = item.Any()
		}
		return l
	case Scalar:
		if n.Plain {
			return coreValue(n.Value)
		}
		return n.Value
	default:
		return nil
	}
}
