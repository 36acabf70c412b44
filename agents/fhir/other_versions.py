"""The resource types of FHIR R4 (4.0.1) and R4B (4.3.0), and types that only other versions have."""

from __future__ import annotations

_R4 = """Account ActivityDefinition AdministrableProductDefinition AdverseEvent AllergyIntolerance Appointment
    AppointmentResponse AuditEvent Basic Binary BiologicallyDerivedProduct BodyStructure Bundle
    CapabilityStatement CarePlan CareTeam CatalogEntry ChargeItem ChargeItemDefinition Citation Claim
    ClaimResponse ClinicalImpression ClinicalUseDefinition CodeSystem Communication CommunicationRequest
    CompartmentDefinition Composition ConceptMap Condition Consent Contract Coverage
    CoverageEligibilityRequest CoverageEligibilityResponse DetectedIssue Device DeviceDefinition DeviceMetric
    DeviceRequest DeviceUseStatement DiagnosticReport DocumentManifest DocumentReference
    EffectEvidenceSynthesis Encounter Endpoint EnrollmentRequest EnrollmentResponse EpisodeOfCare
    EventDefinition Evidence EvidenceReport EvidenceVariable ExampleScenario ExplanationOfBenefit
    FamilyMemberHistory Flag Goal GraphDefinition Group GuidanceResponse HealthcareService ImagingStudy
    Immunization ImmunizationEvaluation ImmunizationRecommendation ImplementationGuide Ingredient
    InsurancePlan Invoice Library Linkage List Location ManufacturedItemDefinition Measure MeasureReport
    Media Medication MedicationAdministration MedicationDispense MedicationKnowledge MedicationRequest
    MedicationStatement MedicinalProduct MedicinalProductAuthorization MedicinalProductContraindication
    MedicinalProductDefinition MedicinalProductIndication MedicinalProductIngredient
    MedicinalProductInteraction MedicinalProductManufactured MedicinalProductPackaged
    MedicinalProductPharmaceutical MedicinalProductUndesirableEffect MessageDefinition MessageHeader
    MolecularSequence NamingSystem NutritionOrder NutritionProduct Observation ObservationDefinition
    OperationDefinition OperationOutcome Organization OrganizationAffiliation PackagedProductDefinition
    Parameters Patient PaymentNotice PaymentReconciliation Person PlanDefinition Practitioner
    PractitionerRole Procedure Provenance Questionnaire QuestionnaireResponse RegulatedAuthorization
    RelatedPerson RequestGroup ResearchDefinition ResearchElementDefinition ResearchStudy ResearchSubject
    RiskAssessment RiskEvidenceSynthesis Schedule SearchParameter ServiceRequest Slot Specimen
    SpecimenDefinition StructureDefinition StructureMap Subscription SubscriptionStatus SubscriptionTopic
    Substance SubstanceDefinition SubstanceNucleicAcid SubstancePolymer SubstanceProtein
    SubstanceReferenceInformation SubstanceSourceMaterial SubstanceSpecification SupplyDelivery
    SupplyRequest Task TerminologyCapabilities TestReport TestScript ValueSet VerificationResult
    VisionPrescription"""
R4_TYPES = frozenset(_R4.split())

_DSTU2 = "DSTU2"
_OLD = "DSTU2 or STU3"
_STU3 = "STU3"
_R5 = "R5"

OTHER_TYPES: dict[str, str] = {
    **dict.fromkeys(
        (
            "MedicationOrder",
            "DiagnosticOrder",
            "Conformance",
            "Order",
            "OrderResponse",
            "ImagingObjectSelection",
        ),
        _DSTU2,
    ),
    **dict.fromkeys(
        (
            "ProcedureRequest",
            "ReferralRequest",
            "DeviceUseRequest",
            "DeviceComponent",
            "DataElement",
            "BodySite",
            "EligibilityRequest",
            "EligibilityResponse",
            "ProcessRequest",
            "ProcessResponse",
        ),
        _OLD,
    ),
    **dict.fromkeys(("ExpansionProfile", "ImagingManifest", "Sequence", "ServiceDefinition"), _STU3),
    **dict.fromkeys(
        (
            "ActorDefinition",
            "ArtifactAssessment",
            "BiologicallyDerivedProductDispense",
            "ConditionDefinition",
            "DeviceAssociation",
            "DeviceDispense",
            "DeviceUsage",
            "EncounterHistory",
            "FormularyItem",
            "GenomicStudy",
            "ImagingSelection",
            "InventoryItem",
            "InventoryReport",
            "NutritionIntake",
            "Permission",
            "RequestOrchestration",
            "Requirements",
            "TestPlan",
            "Transport",
        ),
        _R5,
    ),
}
"""Types that R4 does not have, and the version that has them."""

OTHER_ELEMENTS: dict[str, dict[str, str]] = {
    "Patient": {"animal": _OLD, "careProvider": _DSTU2},
    "Encounter": {
        "actualPeriod": _R5,
        "plannedStartDate": _R5,
        "plannedEndDate": _R5,
        "admission": _R5,
        "subjectStatus": _R5,
        "careTeam": _R5,
        "virtualService": _R5,
        "indication": _DSTU2,
        "patient": _DSTU2,
        "incomingReferral": _OLD,
    },
    "Condition": {
        "participant": _R5,
        "context": _STU3,
        "assertedDate": _STU3,
        "patient": _DSTU2,
        "dateRecorded": _DSTU2,
    },
    "Observation": {
        "triggeredBy": _R5,
        "instantiatesCanonical": _R5,
        "instantiatesReference": _R5,
        "bodyStructure": _R5,
        "related": _OLD,
        "context": _STU3,
        "comment": _STU3,
        "comments": _DSTU2,
    },
    "MedicationRequest": {
        "medication": _R5,
        "renderedDosageInstruction": _R5,
        "effectiveDosePeriod": _R5,
        "reason": _R5,
        "context": _STU3,
        "definition": _STU3,
    },
    "MedicationStatement": {"medication": _R5, "adherence": _R5, "taken": _STU3, "wasNotTaken": _DSTU2},
    "Procedure": {
        "occurrenceDateTime": _R5,
        "occurrencePeriod": _R5,
        "recorded": _R5,
        "reason": _R5,
        "context": _STU3,
        "notDone": _STU3,
        "notPerformed": _DSTU2,
    },
    "Immunization": {
        "administeredProduct": _R5,
        "informationSource": _R5,
        "date": _OLD,
        "notGiven": _STU3,
        "wasNotGiven": _DSTU2,
        "explanation": _OLD,
    },
    "AllergyIntolerance": {"participant": _R5, "assertedDate": _STU3, "substance": _DSTU2},
    "Location": {"form": _R5, "virtualService": _R5},
    "PractitionerRole": {"characteristic": _R5, "communication": _R5, "availability": _R5},
    "Practitioner": {"practitionerRole": _DSTU2},
    "Task": {
        "requestedPeriod": _R5,
        "requestedPerformer": _R5,
        "performer": _R5,
        "doNotPerform": _R5,
        "context": _STU3,
        "definitionUri": _STU3,
        "definitionReference": _STU3,
    },
    "ServiceRequest": {"reason": _R5, "bodyStructure": _R5},
}
"""Elements that R4 does not have, by type, and the version that has them."""
