"""The types and functions that a bundle may hold: a list fixed here, whatever a file asks for."""

from __future__ import annotations

from typing import Final

_OURS = (
    "derived.codes.CodeBins",
    "derived.codes.CodeCounts",
    "derived.crossed.Crossed",
    "derived.customer_share.CustomerShare",
    "derived.customer_share.TargetShare",
    "derived.dates.DateParts",
    "derived.deviation.Deviation",
    "derived.gaps.FilledPattern",
    "derived.gaps.MissingIndicators",
    "derived.group_statistics.GroupStatistics",
    "derived.messages.MessageFeatures",
    "derived.places.Places",
    "derived.spelling.Spellings",
    "derived.timeline.TimelineMonths",
    "derived.two_numbers.Difference",
    "derived.two_numbers.Ratio",
    "encoding.counts.LevelCounts",
    "encoding.hashing.HashedLevels",
    "encoding.native.NativeCategories",
    "encoding.similarity.SimilarLevels",
    "encoding.target.JamesStein",
    "encoding.target.OrderedTarget",
    "encoding.target.TargetMean",
    "encoding.target.WeightOfEvidence",
    "imputation.gap_marks.MarkedGaps",
    "imputation.group_fill.GroupFill",
    "imputation.related_fill.RelatedFill",
    "imputation.scaled_numbers.ScaledImputer",
    "imputation.sparse_columns.WithoutSparse",
    "imputation.usual_fill.UsualFill",
    "in_a_row.InARow",
    "models.catboost_model.CatBoost",
    "models.histogram.HistogramBoosting",
    "models.indicators.Indicators",
    "models.margins.LinearMargins",
    "models.neighbours.Neighbours",
    "models.network.Network",
    "models.one_rule.OneRule",
    "models.scaling.NumberScaler",
    "text.embedding.Embedding",
    "text.keywords.Keywords",
    "text.minhash.MinHashes",
    "text.words.HashedWords",
    "text.words.KeptText",
    "text.words.NoText",
    "text.words.TextPieces",
    "text.words.TextTopics",
    "text.words.TextVectors",
)
_SKLEARN = (
    "_loss.link.Interval",
    "_loss.link.LogitLink",
    "_loss.loss.HalfBinomialLoss",
    "compose._column_transformer.ColumnTransformer",
    "compose._column_transformer.make_column_selector",
    "decomposition._truncated_svd.TruncatedSVD",
    "dummy.DummyClassifier",
    "ensemble._forest.ExtraTreesClassifier",
    "ensemble._forest.RandomForestClassifier",
    "ensemble._forest.RandomForestRegressor",
    "ensemble._hist_gradient_boosting.binning._BinMapper",
    "ensemble._hist_gradient_boosting.gradient_boosting.HistGradientBoostingClassifier",
    "ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "ensemble._weight_boosting.AdaBoostClassifier",
    "feature_extraction.text.CountVectorizer",
    "feature_extraction.text.TfidfTransformer",
    "feature_extraction.text.TfidfVectorizer",
    "impute._base.SimpleImputer",
    "impute._iterative.IterativeImputer",
    "impute._knn.KNNImputer",
    "linear_model._bayes.BayesianRidge",
    "linear_model._logistic.LogisticRegression",
    "naive_bayes.MultinomialNB",
    "neighbors._classification.KNeighborsClassifier",
    "neural_network._multilayer_perceptron.MLPClassifier",
    "neural_network._stochastic_optimizers.AdamOptimizer",
    "pipeline.Pipeline",
    "preprocessing._data.StandardScaler",
    "preprocessing._encoders.OneHotEncoder",
    "preprocessing._encoders.OrdinalEncoder",
    "preprocessing._function_transformer.FunctionTransformer",
    "preprocessing._label.LabelBinarizer",
    "preprocessing._label.LabelEncoder",
    "svm._classes.LinearSVC",
    "tree._classes.DecisionTreeClassifier",
    "tree._classes.DecisionTreeRegressor",
    "tree._classes.ExtraTreeClassifier",
)
_OTHERS = (
    "catboost.core.CatBoostClassifier",
    "lightgbm.basic.Booster",
    "lightgbm.sklearn.LGBMClassifier",
    "skrub._similarity_encoder.SimilarityEncoder",
    "xgboost.core.Booster",
    "xgboost.sklearn.XGBClassifier",
)
_NUMBERS = tuple(
    f"numpy.{name}"
    for name in ("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64")
)

# By what skops builds it with. Kinds of node that are not here are refused as such: bound methods and the functions of
# `operator` above all, by which a file could call what it likes of an object it may hold.
ALLOWED: Final[dict[str, frozenset[str]]] = {
    "BytearrayNode": frozenset({"builtins.bytearray"}),
    "BytesNode": frozenset({"builtins.bytes"}),
    "DTypeNode": frozenset({"numpy.dtype"}),
    "DefaultDictNode": frozenset({"collections.defaultdict"}),
    "DictNode": frozenset({"builtins.dict", "collections.OrderedDict"}),
    "FunctionNode": frozenset({"sklearn.utils.validation.check_array"}),
    "JsonNode": frozenset({"builtins.str"}),
    "ListNode": frozenset({"builtins.list"}),
    "LossNode": frozenset({"sklearn._loss._loss.CyHalfBinomialLoss"}),
    "NdArrayNode": frozenset({"numpy.ndarray", *_NUMBERS}),
    "ObjectNode": frozenset(
        {
            *(f"bench.components.steps.{name}" for name in _OURS),
            *(f"sklearn.{name}" for name in _SKLEARN),
            *_OTHERS,
        }
    ),
    "PartialNode": frozenset({"functools.partial"}),
    "RandomGeneratorNode": frozenset({"numpy.random._generator.Generator"}),
    "RandomStateNode": frozenset({"numpy.random.mtrand.RandomState"}),
    "SetNode": frozenset({"builtins.set"}),
    "SliceNode": frozenset({"builtins.slice"}),
    "SparseMatrixNode": frozenset({"scipy.sparse._csr.csr_matrix"}),
    "TreeNode": frozenset({"sklearn.tree._tree.Tree"}),
    "TupleNode": frozenset({"builtins.tuple", "sklearn.impute._iterative._ImputerTriplet"}),
    "TypeNode": frozenset({"builtins.str", "builtins.int", "collections.OrderedDict", *_NUMBERS}),
}

# What predicts, or fills gaps, by looking up training rows: it holds them.
KEEPS_ROWS: Final = {
    "sklearn.neighbors._classification.KNeighborsClassifier": "k nearest neighbours",
    "sklearn.impute._knn.KNNImputer": "imputation by nearest neighbours",
}
# What holds levels of categories, or words of texts or parts of them, as they stand in training rows.
KEEPS_WORDS: Final = frozenset(
    {
        *(
            f"bench.components.steps.{name}"
            for name in _OURS
            if name.startswith("encoding.") and name != "encoding.hashing.HashedLevels"
        ),
        "bench.components.steps.derived.codes.CodeCounts",
        "bench.components.steps.derived.crossed.Crossed",
        "bench.components.steps.derived.customer_share.CustomerShare",
        "bench.components.steps.derived.deviation.Deviation",
        "bench.components.steps.derived.group_statistics.GroupStatistics",
        "bench.components.steps.derived.spelling.Spellings",
        "bench.components.steps.imputation.group_fill.GroupFill",
        "bench.components.steps.imputation.related_fill.RelatedFill",
        "bench.components.steps.imputation.usual_fill.UsualFill",
        "bench.components.steps.text.keywords.Keywords",
        "bench.components.steps.text.words.TextPieces",
        "bench.components.steps.text.words.TextTopics",
        "bench.components.steps.text.words.TextVectors",
        "catboost.core.CatBoostClassifier",
        "sklearn.preprocessing._encoders.OneHotEncoder",
        "sklearn.preprocessing._encoders.OrdinalEncoder",
    }
)
