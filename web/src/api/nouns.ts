/** The nouns of the API under their own names. */
import type { components, operations } from './schema'

type Schemas = components['schemas']

export type Event = Schemas['Event']
export type EventPage = Schemas['EventPage']
export type EventChange = Schemas['EventChange']
export type Alert = Schemas['Alert']
export type Problem = Schemas['Problem']
export type ProblemComment = Schemas['ProblemComment']
export type Cause = Schemas['CauseShape']
export type Causes = Schemas['CausesShape']
export type Reason = Schemas['ReasonShape']
export type Entity = Schemas['Entity']
export type EntityIn = Schemas['EntityIn']
export type Brief = Schemas['Brief']
export type Relation = Schemas['RelationShape']
export type RelationKind = Schemas['RelationKind']
export type Surroundings = Schemas['Surroundings']
export type Scope = Schemas['ScopeShape']
export type Matched = Schemas['MatchedShape']
export type Facets = Schemas['FacetsShape']
export type Histogram = Schemas['HistogramShape']
export type Bucket = Schemas['BucketShape']
export type Token = Schemas['Token']
export type NewToken = Schemas['NewToken']
export type TokenIn = Schemas['TokenIn']
export type Webhook = Schemas['Webhook']
export type WebhookIn = Schemas['WebhookIn']
export type WebhookChange = Schemas['WebhookChange']
export type Maintenance = Schemas['Maintenance']
export type MaintenanceIn = Schemas['MaintenanceIn']
export type MaintenanceChange = Schemas['MaintenanceChange']
export type Account = Schemas['Account']
export type AuditLine = Schemas['AuditLine']
export type Violation = Schemas['ViolationShape']
export type Severity = Schemas['Severity']
export type Kind = Schemas['Kind']
export type Session = Schemas['Session']
export type Right = Schemas['Right']
export type ProblemState = Schemas['ProblemState']

type Query<Operation extends keyof operations> = NonNullable<operations[Operation]['parameters']['query']>
export type EventQuery = Query<'page_v1_events_get'>
export type ProblemQuery = Query<'page_v1_problems_get'>
export type EntityQuery = Query<'page_v1_entities_get'>
