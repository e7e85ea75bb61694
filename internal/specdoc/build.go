package specdoc

import (
	"fmt"
	"go/ast"
)

// document builds the tree of a kind.
func (t types) document(kind, apiVersion string) (Doc, error) {
	b := builder{types: t, uses: map[string]int{}}
	if err := b.count(kind, 0); err != nil {
		return Doc{}, err
	}
	fields, err := b.fields(kind, Field{})
	if err != nil {
		return Doc{}, err
	}
	doc := Doc{
		Kind: kind, APIVersion: apiVersion, Description: lead(kind, kind, t.structs[kind].comment), Fields: fields,
		blocks: map[string]string{}, values: map[string]string{},
	}
	for name, of := range t.structs {
		doc.blocks[name] = lead(name, name, of.comment)
	}
	for name, comment := range t.texts {
		doc.values[name] = lead(name, name, comment)
	}
	return doc, nil
}

// builder builds the tree of one kind.
type builder struct {
	types
	// uses says how many fields have each block as their type.
	uses map[string]int
}

// deepest is more than the nesting of any spec: a type that holds itself would
// go on for ever.
const deepest = 20

func (b builder) count(name string, depth int) error {
	if depth > deepest {
		return fmt.Errorf("type %s holds itself", name)
	}
	for _, m := range b.structs[name].members {
		of, err := b.resolve(m.of)
		if err != nil {
			return fmt.Errorf("field %s.%s: %w", name, m.name, err)
		}
		if of.block == "" {
			continue
		}
		if !m.inline {
			b.uses[of.block]++
		}
		if err := b.count(of.block, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// fields are those of a block, each with everything in it. The parent is the
// field that holds the block.
func (b builder) fields(name string, parent Field) ([]Field, error) {
	var fields []Field
	for _, m := range b.structs[name].members {
		of, err := b.resolve(m.of)
		if err != nil {
			return nil, err
		}
		if m.inline {
			inner, err := b.fields(of.block, parent)
			if err != nil {
				return nil, err
			}
			fields = append(fields, inner...)
			continue
		}
		f := Field{Name: m.yaml, Path: m.yaml, Type: of.yaml, block: of.block, value: of.value, item: of.item}
		if parent.Path != "" {
			f.Path = parent.Path + parent.item + "." + m.yaml
		}
		f.shared = b.uses[of.block] > 1
		f.Description, f.Default, f.Required = split(lead(m.name, m.yaml, m.comment))
		if !f.Required && f.Default == "" {
			f.DefaultAt = statedAt(parent)
		}
		if f.Fields, err = b.fields(of.block, f); err != nil {
			return nil, err
		}
		fields = append(fields, f)
	}
	return fields, nil
}

// statedAt says where the default of a block's fields is. A block that is not
// wanted, and an empty list or map, say nothing about the fields of one that is
// there.
func statedAt(block Field) string {
	switch {
	case block.item != "" || withoutReason(block.Default) == notWanted:
		return ""
	case block.Default != "":
		return block.Path
	default:
		return block.DefaultAt
	}
}

// resolved is the type of a field.
type resolved struct {
	yaml, block, value, item string
}

func (t types) resolve(expr ast.Expr) (resolved, error) {
	switch expr := expr.(type) {
	case *ast.StarExpr:
		return t.resolve(expr.X)
	case *ast.ArrayType:
		return t.collection("list of ", "[]", expr.Elt)
	case *ast.MapType:
		if key, ok := expr.Key.(*ast.Ident); ok && key.Name == "string" {
			return t.collection("map of ", ".NAME", expr.Value)
		}
	case *ast.Ident:
		if _, ok := t.structs[expr.Name]; ok {
			return resolved{yaml: "block", block: expr.Name}, nil
		}
		if yaml := scalar(expr.Name); yaml != "" {
			r := resolved{yaml: yaml}
			if _, ok := t.texts[expr.Name]; ok {
				r.value = expr.Name
			}
			return r, nil
		}
	}
	return resolved{}, fmt.Errorf("the reference has no words for its type; see scalar in internal/specdoc")
}

func (t types) collection(prefix, item string, of ast.Expr) (resolved, error) {
	r, err := t.resolve(of)
	if err != nil {
		return resolved{}, err
	}
	if r.item != "" {
		return resolved{}, fmt.Errorf("the reference has no words for a collection of collections")
	}
	r.yaml = plural(r.yaml)
	r.yaml, r.item = prefix+r.yaml, item
	return r, nil
}

// plural is the word for several values of a type.
func plural(yaml string) string {
	switch yaml {
	case "text":
		return yaml
	case "quantity":
		return "quantities"
	default:
		return yaml + "s"
	}
}

// scalar is a type that holds one value, in YAML's terms.
func scalar(name string) string {
	switch name {
	case "string":
		return "text"
	case "bool":
		return "true/false"
	case "int32", "int64":
		return "number"
	case "Quantity":
		return "quantity"
	case "Duration":
		return "duration"
	case "IntOrPercent":
		return "number or percentage"
	case "Values":
		return "values"
	default:
		return ""
	}
}
