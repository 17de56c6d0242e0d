use super::{Member, Node, Tree};

/// Lays one tree over another: mappings join key by key, anything else replaces what was there, and a key without a
/// value takes away the one below.
pub(crate) fn merge(below: Tree, above: Tree) -> Tree {
    let (Node::Map(below), Node::Map(members)) = (below.node, above.node.clone()) else { return above };
    let mut merged = below;
    for member in members {
        lay(&mut merged, member);
    }
    Tree { at: above.at, node: Node::Map(merged) }
}

fn lay(merged: &mut Vec<Member>, member: Member) {
    let place = merged.iter().position(|known| known.key == member.key);
    match (place, &member.value.node) {
        (Some(place), Node::Null) => {
            merged.remove(place);
        }
        (Some(place), _) => {
            let below = merged.remove(place);
            let value = merge(below.value, member.value);
            merged.insert(place, Member { value, ..member });
        }
        (None, _) => merged.push(member),
    }
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;

    fn shown(tree: &Tree) -> String {
        match &tree.node {
            Node::Null => "~".to_owned(),
            Node::Plain(text) | Node::Text(text) => text.clone(),
            Node::List(list) => format!("[{}]", list.iter().map(shown).collect::<Vec<_>>().join(" ")),
            Node::Map(members) => {
                let member = |member: &Member| format!("{}:{}", member.key, shown(&member.value));
                format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(" "))
            }
        }
    }

    #[test]
    fn mappings_join_and_the_rest_is_replaced() {
        for (below, above, merged) in [
            ("a: {x: 1, y: 2}", "a: {y: 3, z: 4}", "{a:{x:1 y:3 z:4}}"),
            ("a: [1, 2]", "a: [3]", "{a:[3]}"),
            ("a: {x: 1}", "a: 2", "{a:2}"),
            ("a: {x: 1, y: 2}", "a: {x: ~}", "{a:{y:2}}"),
            ("a: 1", "b: 2", "{a:1 b:2}"),
        ] {
            let merged_tree = merge(read(below, 0).unwrap(), read(above, 1).unwrap());
            assert_eq!(shown(&merged_tree), merged, "{below} under {above}");
        }
    }

    #[test]
    fn each_node_remembers_its_file() {
        let merged = merge(read("a: {x: 1}", 0).unwrap(), read("a: {y: 2}", 1).unwrap());
        let a = merged.get("a").unwrap();
        assert_eq!((a.get("x").unwrap().at.file, a.get("y").unwrap().at.file), (0, 1));
    }
}
