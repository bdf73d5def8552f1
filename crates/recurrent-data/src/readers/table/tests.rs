//! Which columns are read from which rows, and what is wrong with the wrong tables.

use super::super::columns::text_column;
use super::*;

fn read(text: &str, tabs: bool, column: Option<&str>) -> Result<Vec<String>, DataError> {
    let records = read_columns(Path::new("table"), text, tabs, [text_column(column)])?;
    let fields = records.into_iter().map(|record| record.fields.concat());
    Ok(fields.collect())
}

fn read_two(text: &str, columns: [&str; 2]) -> Result<Vec<(u64, String)>, String> {
    let columns = columns.map(|name| text_column(Some(name)));
    let records = read_columns(Path::new("table"), text, true, columns);
    let joined = |record: Record<2>| (record.line, record.fields.join(" "));
    match records {
        Ok(records) => Ok(records.into_iter().map(joined).collect()),
        Err(error) => Err(error.to_string()),
    }
}

#[test]
fn quoted_fields_of_csv_may_hold_commas_quotes_and_line_ends() {
    let text = "label,text\n1,\"a, \"\"b\"\"\nc\"\n2,d\n";
    assert_eq!(
        read(text, false, Some("text")).unwrap(),
        ["a, \"b\"\nc", "d"]
    );
}

#[test]
fn quotes_in_tsv_are_text() {
    let text = "label\ttext\n1\t\"So it goes\n2\t\"x\" is y\n";
    assert_eq!(
        read(text, true, Some("text")).unwrap(),
        ["\"So it goes", "\"x\" is y"]
    );
}

#[test]
fn a_number_reads_a_table_without_a_header() {
    assert_eq!(read("a\tb\nc\td\n", true, Some("1")).unwrap(), ["b", "d"]);
    // Distinct numbers are a header, and else a number may be a field like any other.
    assert_eq!(read("1\t0\nc\td\n", true, Some("1")).unwrap(), ["c"]);
    assert_eq!(
        read("0\t1\ta\n0\t2\tb\n", true, Some("1")).unwrap(),
        ["1", "2"]
    );
}

#[test]
fn two_columns_come_with_their_line() {
    let text = "b\ta\n\n1\t2\n3\t4\n";
    let record = |line, fields: &str| (line, fields.to_owned());
    assert_eq!(
        read_two(text, ["a", "b"]).unwrap(),
        [record(3, "2 1"), record(4, "4 3")]
    );
    assert_eq!(
        read_two(text, ["0", "1"]).unwrap(),
        [record(1, "b a"), record(3, "1 2"), record(4, "3 4")]
    );
    let error = read_two(text, ["a", "0"]).unwrap_err();
    assert!(
        error.ends_with("without a header, found `a` and `0`"),
        "{error}"
    );
    let error = read_two(text, ["a", "c"]).unwrap_err();
    assert_eq!(error, "table, line 1: no column `c`; columns: b, a");
}

#[test]
fn a_missing_column_lists_those_that_are_there() {
    let error = read("a,b\n1,2\n", false, Some("c")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "table, line 1: no column `c`; columns: a, b"
    );
    let error = read("a,b\n1,2\n", false, Some("2")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "table, line 1: expected a column from 0 to 1, found 2"
    );
    let error = read("a,b\n1,2\n", false, None).unwrap_err();
    assert!(error.to_string().ends_with("columns: a, b"), "{error}");
}

#[test]
fn a_row_with_other_fields_names_its_line() {
    let error = read("a,b\n1,2\n\n3\n", false, Some("a")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "table, line 4: expected 2 fields as in the first row, found 1"
    );
}

#[test]
fn a_quote_that_is_never_closed_names_its_line() {
    let open = [
        ("a,b\n1,\"x\n2,y\n3,z\n", 2),
        ("a,b\n1,\"x\"\n\n2,\"y \"\"z\"\"\n3,z\n", 4),
        ("a,b\n1,\"x\ny\"\n2,\"", 4),
        ("a,b\n\"1,2\n", 2),
        ("a,\"b\n1,2\n", 1),
    ];
    for (text, line) in open {
        let error = read(text, false, Some("a")).unwrap_err().to_string();
        let start = format!("table, line {line}: expected a closing quotation mark");
        assert!(error.starts_with(&start), "{text:?}: {error}");
    }
    let closed = [
        "a,b\n1,",
        "a,b\n1,\n",
        "a,b\n1,\"\"",
        "a,b\n1,\"x\ny\"",
        "a,b\n1,\"x \"\"y\"\"\"\n",
        "a,b\n1,x \"y",
        "a,b\n1,x \"y\"\n",
        "a,b\n1,\"x\"y\"",
    ];
    for text in closed {
        assert!(read(text, false, Some("a")).is_ok(), "{text:?}");
    }
    assert!(read("a\tb\n1\t\"x", true, Some("a")).is_ok());
}

#[test]
fn a_table_needs_rows_and_one_column_of_the_name() {
    let error = read("a,b\n", false, Some("a")).unwrap_err().to_string();
    assert_eq!(
        error,
        "table, line 1: expected rows below the header, found none"
    );
    let error = read("a,b,a\n1,2,3\n", false, Some("a")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "table, line 1: expected one column `a`, found 2 of that name"
    );
    assert_eq!(read("a,b,a\n1,2,3\n", false, Some("b")).unwrap(), ["2"]);
}
