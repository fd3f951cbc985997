use super::*;
use crate::dataset::error::refusal;
use crate::dataset::{ReadOptions, builtin, read_bytes};

fn csv(text: &str) -> Table {
    read_bytes(text.as_bytes(), "a.csv", &ReadOptions::default()).unwrap()
}

fn libsvm(text: &str) -> Table {
    read_bytes(text.as_bytes(), "a.libsvm", &ReadOptions::default()).unwrap()
}

fn features(names: &[&str]) -> PipelineOptions {
    PipelineOptions {
        features: Some(names.iter().map(|&name| name.to_owned()).collect()),
        ..PipelineOptions::default()
    }
}

/// The bits as text, one word for each row.
fn words(bits: &BitMatrix) -> String {
    let word = |row| (0..bits.num_columns()).map(|column| if bits.get(row, column) { '1' } else { '0' }).collect();
    (0..bits.num_rows()).map(word).collect::<Vec<String>>().join(" ")
}

const MIXED: &str = "size,colour,shape,same,label\n0,red,round,7,a\n1,blue,flat,7,b\n5,green,round,7,a\n";

#[test]
fn each_kind_of_column_becomes_bits() {
    let table = csv(MIXED);
    let pipeline = Pipeline::fit(&table, &PipelineOptions::default()).unwrap();
    assert_eq!(pipeline.input_names(), ["size", "colour=blue", "colour=green", "colour=red", "shape=round"]);
    assert_eq!((pipeline.num_inputs(), pipeline.dropped_columns()), (5, 1));
    assert_eq!(words(&pipeline.apply(&table).unwrap()), "00011 01000 10101");
}

#[test]
fn a_constant_column_is_kept_when_it_is_named() {
    let pipeline = Pipeline::fit(&csv(MIXED), &features(&["same", "size"])).unwrap();
    assert_eq!((pipeline.input_names(), pipeline.dropped_columns()), (vec!["same".into(), "size".into()], 0));
    assert_eq!(words(&pipeline.apply(&csv(MIXED)).unwrap()), "10 10 11");
}

#[test]
fn a_column_that_is_always_1_keeps_its_meaning() {
    let bits_later = |training: &str, later: &str, how: &str| {
        let options = PipelineOptions { binarize: how.parse().unwrap(), ..features(&["a"]) };
        let pipeline = Pipeline::fit(&csv(&format!("a,y\n{training},0\n{training},1\n")), &options).unwrap();
        let stored = serde_json::to_string(&pipeline).unwrap();
        let pipeline: Pipeline = serde_json::from_str(&stored).unwrap();
        words(&pipeline.apply(&csv(&format!("a,y\n{training},0\n{later},1\n"))).unwrap())
    };
    for how in ["auto", "mean", "median", "thermometer:3"] {
        assert_eq!(bits_later("1", "0", how), "1 0", "{how}");
        assert_eq!(bits_later("1", "-1", how), "1 0", "{how}");
        assert_eq!(bits_later("0", "1", how), "0 1", "{how}");
        assert_eq!(bits_later("-1", "1", how), "0 1", "{how}");
        assert_eq!(bits_later("7.5", "0", how), "1 0", "{how}");
        assert_eq!(bits_later("-7.5", "0", how), "0 1", "{how}");
        assert_eq!(bits_later("5e-324", "0", how), "1 0", "{how}");
        assert_eq!(bits_later("-1.7e308", "1.7e308", how), "0 1", "{how}");
    }
    assert_eq!(bits_later("1", "0", "one-hot"), "1 0");
    assert_eq!(bits_later("x", "z", "auto"), "1 0");
    assert_eq!(bits_later("1", "2", "threshold:1.5"), "0 1");
}

#[test]
fn a_category_never_seen_leaves_its_bits_clear() {
    let pipeline = Pipeline::fit(&csv(MIXED), &features(&["colour", "shape"])).unwrap();
    let other = csv("shape,colour,label\nsquare,pink,a\nround,red,b\n");
    assert_eq!(words(&pipeline.apply(&other).unwrap()), "0000 0011");
}

#[test]
fn categories_that_are_numbers_are_found_in_a_column_of_numbers() {
    let options = ReadOptions { categorical: vec!["a".into()], ..ReadOptions::default() };
    let train = read_bytes(b"a,y\n1,0\n2,1\nx,1\n", "a.csv", &options).unwrap();
    let pipeline = Pipeline::fit(&train, &PipelineOptions::default()).unwrap();
    assert_eq!(words(&pipeline.apply(&csv("a,y\n2,0\n1,1\n")).unwrap()), "010 100");
}

#[test]
fn everything_is_learnt_from_the_training_rows() {
    let pipeline = Pipeline::fit(&libsvm("1 1:4\n0 1:2\n0 1:3\n"), &PipelineOptions::default()).unwrap();
    let bits = pipeline.apply(&libsvm("1 1:3.5\n0 1:100\n0 1:-100\n")).unwrap();
    assert_eq!(words(&bits), "1 1 0");
}

#[test]
fn a_narrower_libsvm_file_has_zeros_and_a_wider_one_is_cut() {
    let pipeline = Pipeline::fit(&libsvm("1 1:1 3:1\n0 2:1\n"), &PipelineOptions::default()).unwrap();
    assert_eq!(words(&pipeline.apply(&libsvm("1 1:1\n")).unwrap()), "100");
    assert_eq!(words(&pipeline.apply(&libsvm("1 2:1 9:1\n")).unwrap()), "010");
}

#[test]
fn means_choose_columns_strictly_inside_the_range() {
    let table = libsvm("1 1:1 3:1\n0 2:1 3:1\n0 3:1 4:1\n1 1:1\n");
    let options = PipelineOptions { feature_mean: Some((0.25, 0.75)), ..PipelineOptions::default() };
    assert_eq!(Pipeline::fit(&table, &options).unwrap().input_names(), ["1"]);
    let options = PipelineOptions { feature_mean: Some((0.2, 0.8)), ..features(&["3", "4"]) };
    assert_eq!(Pipeline::fit(&table, &options).unwrap().input_names(), ["3", "4"]);
}

#[test]
fn pooling_takes_the_mean_of_blocks() {
    let images = read_bytes(
        &[&[0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 4][..], &[0, 8, 1, 1, 8, 0, 1, 1], &[1, 1, 8, 8, 1, 1, 8, 8]]
            .concat(),
        "a-ubyte",
        &ReadOptions::default(),
    )
    .unwrap();
    let options = PipelineOptions { pool: Some((2, 2)), ..PipelineOptions::default() };
    let pipeline = Pipeline::fit(&images, &options).unwrap();
    assert_eq!(pipeline.input_names(), ["r1c1", "r1c2"]);
    assert_eq!(words(&pipeline.apply(&images).unwrap()), "10 01");
    let options = PipelineOptions { pool: Some((2, 2)), ..features(&["r1c2"]) };
    assert_eq!(Pipeline::fit(&images, &options).unwrap().num_inputs(), 1);
}

#[test]
fn a_pipeline_survives_json() {
    let table = csv(MIXED);
    let digits = builtin("digits", 0).unwrap();
    let pooled =
        PipelineOptions { pool: Some((4, 4)), binarize: Binarize::Thermometer(3), ..PipelineOptions::default() };
    for (table, options) in [(&table, PipelineOptions::default()), (&digits, pooled)] {
        let pipeline = Pipeline::fit(table, &options).unwrap();
        let back: Pipeline = serde_json::from_str(&serde_json::to_string(&pipeline).unwrap()).unwrap();
        back.check().unwrap();
        assert_eq!(back, pipeline);
        assert_eq!(back.apply(table).unwrap(), pipeline.apply(table).unwrap());
    }
    let pipeline = Pipeline::fit(&table, &features(&["size", "shape"])).unwrap();
    insta::assert_snapshot!(serde_json::to_string(&pipeline).unwrap(), @r#"{"pool":null,"columns":[{"name":"size","encoding":{"thresholds":[2.0]}},{"name":"shape","encoding":{"category":{"clear":"flat","set":"round"}}}],"dropped_columns":0}"#);
}

#[test]
fn a_stored_pipeline_that_cannot_be_is_refused() {
    let check = |json: &str| refusal(serde_json::from_str::<Pipeline>(json).unwrap().check());
    let column = |encoding: &str| {
        check(&format!(r#"{{"pool":null,"columns":[{{"name":"a","encoding":{encoding}}}],"dropped_columns":0}}"#))
    };
    insta::assert_snapshot!(check(r#"{"pool":null,"columns":[],"dropped_columns":0}"#), @r#"
    the stored pipeline has no columns
    hint: the file was changed after it was written; fit the pipeline again
    "#);
    insta::assert_snapshot!(column(r#"{"thresholds":[2,1]}"#), @r#"
    the stored encoding of the column "a" is not valid
    hint: the file was changed after it was written; fit the pipeline again
    "#);
    for encoding in [
        r#"{"thresholds":[]}"#,
        r#"{"levels":[1,1]}"#,
        r#"{"one-hot":["a","a"]}"#,
        r#"{"category":{"clear":"a","set":"a"}}"#,
    ] {
        assert!(column(encoding).contains("not valid"), "{encoding}");
    }
    let pooled = |pool: &str, name: &str| {
        check(&format!(
            r#"{{"pool":{pool},"columns":[{{"name":"{name}","encoding":{{"thresholds":[1]}}}}],"dropped_columns":0}}"#
        ))
    };
    insta::assert_snapshot!(pooled(r#"{"image":[4,4],"block":[0,2]}"#, "r1c1"), @r#"
    blocks of 0x2 do not divide images of 4x4
    hint: rows and columns of the image must be multiples of those of a block
    "#);
    insta::assert_snapshot!(pooled(r#"{"image":[4,4],"block":[2,2]}"#, "r3c1"), @r#"
    the stored column "r3c1" is not a block of the pooled image
    hint: the file was changed after it was written; fit the pipeline again
    "#);
    assert!(serde_json::from_str::<Pipeline>(r#"{"pool":null,"columns":[],"dropped_columns":0,"x":1}"#).is_err());
}

#[test]
fn what_cannot_be_fitted_is_refused() {
    let table = csv(MIXED);
    let refused = |table: &Table, options: PipelineOptions| refusal(Pipeline::fit(table, &options));
    let mean = |low, high| PipelineOptions { feature_mean: Some((low, high)), ..PipelineOptions::default() };
    let pool = |block| PipelineOptions { pool: Some(block), ..PipelineOptions::default() };
    let binarize = |binarize| PipelineOptions { binarize, ..PipelineOptions::default() };
    insta::assert_snapshot!(refused(&table, features(&["sise"])), @r#"
    a.csv: there is no column "sise" among 4
    hint: did you mean "size"?
    "#);
    insta::assert_snapshot!(refused(&libsvm("1 1:1\n0 3:1\n"), features(&["6"])), @r#"a.libsvm: there is no column "6" among 3"#);
    insta::assert_snapshot!(refused(&table, features(&["size", "size"])), @r#"the column "size" is listed twice"#);
    insta::assert_snapshot!(refused(&table, features(&[])), @r#"
    no input is left (columns: 4, of these constant: 0)
    hint: name the columns, widen the range of means or use other thresholds
    "#);
    insta::assert_snapshot!(refused(&table, mean(0.6, 0.3)), @r#"
    the range of means 0.6..0.3 is empty
    hint: write it as 0.3..0.65
    "#);
    insta::assert_snapshot!(refused(&table, mean(0.3, 0.6)), @r#"
    the column "colour" holds categories, which have no mean
    hint: choose the columns by name instead
    "#);
    insta::assert_snapshot!(refused(&libsvm("1 1:1\n0 2:1\n"), mean(0.6, 0.7)), @r#"
    no input is left (columns: 2, of these constant: 0)
    hint: name the columns, widen the range of means or use other thresholds
    "#);
    insta::assert_snapshot!(refused(&libsvm("1 1:1\n0 1:1\n"), PipelineOptions::default()), @r#"
    no input is left (columns: 1, of these constant: 1)
    hint: name the columns, widen the range of means or use other thresholds
    "#);
    insta::assert_snapshot!(refused(&table, pool((2, 2))), @"a.csv: pooling needs images, and the shape of images is not known");
    insta::assert_snapshot!(refused(&builtin("digits", 0).unwrap(), pool((3, 2))), @r#"
    blocks of 3x2 do not divide images of 8x8
    hint: rows and columns of the image must be multiples of those of a block
    "#);
    insta::assert_snapshot!(refused(&table, binarize(Binarize::Thermometer(65))), @"thermometer:65 cannot be used: a threshold must be finite and a thermometer have 1 to 64 levels");
    let many: String = (0..300).map(|row| format!("{row},{}\n", row % 2)).collect();
    insta::assert_snapshot!(refused(&csv(&many), binarize(Binarize::OneHot)), @r#"
    the column "1" has 300 different values; the limit for one bit per value is 256
    hint: leave the column out, or use a threshold or a thermometer
    "#);
    let names: String = (0..300).map(|row| format!("customer {row},{}\n", row % 2)).collect();
    insta::assert_snapshot!(refused(&csv(&names), PipelineOptions::default()), @r#"
    the column "1" has 300 different texts; the limit for one bit per value is 256
    hint: drop the column, or merge its categories
    "#);
    let dropped = table.clone().drop_columns(&["size".to_owned()]).unwrap();
    insta::assert_snapshot!(refused(&dropped, features(&["colour", "size"])), @r#"the column "size" is both chosen as a feature and dropped"#);
}

#[test]
fn a_pipeline_remembers_what_was_dropped_and_needs_only_the_rest() {
    let table = csv(MIXED).drop_columns(&["size".to_owned(), "3".to_owned()]).unwrap();
    let pipeline = Pipeline::fit(&table, &PipelineOptions::default()).unwrap();
    assert_eq!(pipeline.dropped_by_user(), ["size", "shape"]);
    assert_eq!(pipeline.needed_columns(), Some(vec!["colour".to_owned()]));
    let stored = serde_json::to_string(&pipeline).unwrap();
    assert!(stored.ends_with(r#""dropped_columns":1,"dropped_by_user":["size","shape"]}"#), "{stored}");
    assert_eq!(serde_json::from_str::<Pipeline>(&stored).unwrap(), pipeline);
    assert_eq!(words(&pipeline.apply(&csv(MIXED)).unwrap()), words(&pipeline.apply(&table).unwrap()));
}

#[test]
fn a_table_unlike_the_training_rows_is_refused() {
    let pipeline = Pipeline::fit(&csv(MIXED), &PipelineOptions::default()).unwrap();
    insta::assert_snapshot!(refusal(pipeline.apply(&csv("size,label\n1,a\n"))), @r#"a.csv: there is no column "colour" among 1"#);
    insta::assert_snapshot!(refusal(pipeline.apply(&csv("size,colour,shape,label\nbig,red,flat,a\n"))), @r#"a.csv: the column "size" holds categories, in training it held numbers"#);
    let options = PipelineOptions { pool: Some((2, 2)), ..PipelineOptions::default() };
    let pooled = Pipeline::fit(&builtin("digits", 0).unwrap(), &options).unwrap();
    insta::assert_snapshot!(refusal(pooled.apply(&csv(MIXED))), @"a.csv: pooling needs images, and the shape of images is not known");
    let image = [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 5, 6];
    let image = read_bytes(&image, "a-ubyte", &ReadOptions::default()).unwrap();
    insta::assert_snapshot!(refusal(pooled.apply(&image)), @"a-ubyte: the images are 1x2, those in training were 8x8");
}

#[test]
fn ways_to_make_bits_are_read_as_they_are_written() {
    for text in ["auto", "threshold:0.5", "mean", "median", "thermometer:3", "one-hot"] {
        assert_eq!(text.parse::<Binarize>().unwrap().to_string(), text);
    }
    for text in ["threshold:nan", "thermometer:0", "thermometer", "binary"] {
        assert!(text.parse::<Binarize>().is_err(), "{text}");
    }
    insta::assert_snapshot!(refusal("thermometer:99".parse::<Binarize>()), @r#""thermometer:99" is not a binarization: auto, threshold:NUMBER, mean, median, thermometer:LEVELS (1 to 64) or one-hot"#);
}
