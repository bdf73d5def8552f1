use super::*;

#[test]
fn options_out_of_range_are_named() {
    let defaults = SoundFeatures::default;
    let cases = [
        (
            SoundFeatures {
                rate: 0,
                ..defaults()
            },
            "`rate`: expected a rate from 1000 to 768000 samples a second, found 0",
        ),
        (
            SoundFeatures {
                window_ms: f64::NAN,
                ..defaults()
            },
            "`window_ms`: expected milliseconds of 1 to 65536 samples, found NaN",
        ),
        (
            SoundFeatures {
                window_ms: 1e300,
                ..defaults()
            },
            "`window_ms`: expected milliseconds of 1 to 65536 samples, found 1",
        ),
        (
            SoundFeatures {
                hop_ms: 0.01,
                ..defaults()
            },
            "`hop_ms`: expected milliseconds of 1 to 65536 samples, found 0.01",
        ),
        (
            SoundFeatures {
                n_fft: Some(256),
                ..defaults()
            },
            "`n_fft`: expected as many samples as a window has or more, from 2 to 65536, \
                 found 256 where a window has 400",
        ),
        (
            SoundFeatures {
                f_max: Some(8_001.0),
                ..defaults()
            },
            "`f_max`: expected a frequency above 0 and at most half of the rate, found 8001 where",
        ),
        (
            SoundFeatures {
                f_min: 8_000.0,
                ..defaults()
            },
            "`f_min`: expected a frequency from 0 to below `f_max`, found 8000 where `f_max` is 8000",
        ),
        (
            SoundFeatures {
                top_db: Some(80.0),
                ..defaults()
            },
            "`top_db`: expected none where `logarithm` is not decibel, found 80.0",
        ),
        (
            SoundFeatures {
                mels: 512,
                ..defaults()
            },
            "`mels`: expected filters with a frequency of the Fourier transform in each, found",
        ),
        (
            SoundFeatures {
                kind: FeatureKind::Mfcc,
                coefficients: 81,
                ..defaults()
            },
            "`coefficients`: expected a number from 1 to `mels`, found 81 where `mels` is 80",
        ),
        (
            SoundFeatures {
                floor: 0.0,
                ..defaults()
            },
            "`floor`: expected a number above 0",
        ),
    ];
    for (features, message) in cases {
        let error = features.check().unwrap_err().to_string();
        assert!(error.starts_with(message), "{error}");
        assert!(features.extractor().is_err());
    }
    defaults().check().unwrap();
}

#[test]
fn a_file_names_what_differs_from_the_defaults() {
    let text = "{\"kind\": \"mfcc\", \"mel_scale\": \"slaney\", \"deltas\": 2}";
    let features: SoundFeatures = serde_json::from_str(text).unwrap();
    assert_eq!(features.channels(), 39);
    assert_eq!(features.mel_scale, MelScale::Slaney);
    let again = serde_json::to_string(&features).unwrap();
    assert_eq!(
        serde_json::from_str::<SoundFeatures>(&again).unwrap(),
        features
    );
    assert!(serde_json::from_str::<SoundFeatures>("{\"mel\": 3}").is_err());
}
